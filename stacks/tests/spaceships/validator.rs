//! The app's stand-in for the service that knows which models exist.

use crate::system::System;

pub(crate) async fn it_knows_valid_and_invalid_models(system: &System) {
    let url = system.cloud.service("model-validator").unwrap() + "/spaceships/models/validator";
    for (model, expected) in [("A/SF-01 B-Wing", 200), ("AT-AT", 404), ("Naboo", 404)] {
        let response = system.http.get(&url).query(&[("model", model)]).send().await.unwrap();
        assert_eq!(response.status(), expected, "{model}");
    }
}
