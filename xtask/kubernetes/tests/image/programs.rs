//! Programs that tests make, with the C compiler that also links Rust's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kubernetes::{Architecture, Package, Program, Sysroot};

pub(crate) const HERE: Architecture =
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::Amd64 };

/// Says who runs it and what it finds, resolves a name, and uses another library than C's.
pub(crate) const SOURCE: &str = r#"
#include <math.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char **arguments) {
    struct hostent *host = gethostbyname("127.0.0.1");
    printf("%.0f %s %s\n", floor(count + 0.5), host ? "resolved" : "not resolved",
        access("/etc/ssl/certs/ca-certificates.crt", R_OK) ? "no certificates" : "certificates");
    return 0;
}
"#;

pub(crate) const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

pub(crate) fn compile(folder: &Path, source: &str, options: &[&str]) -> PathBuf {
    let (input, output) = (folder.join("program.c"), folder.join("program"));
    fs::write(&input, source).unwrap();
    let mut command = Command::new("cc");
    command.arg("-o").arg(&output).arg(&input).args(options).args(["-fno-builtin", "-lm"]);
    let result = command.output().unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    output
}

/// The program in `folder`, with all there is to say of it.
pub(crate) fn program(folder: &Path, source: &str) -> Program {
    let certificates = folder.join("certificates.pem");
    fs::write(&certificates, CERTIFICATE).unwrap();
    let mut program = Program::new("orders-consume", "1.2.0", compile(folder, source, &["-Wl,--no-as-needed"]), HERE);
    program.certificates = Some(certificates);
    program.sysroot = Some(Sysroot::new("/", HERE));
    program.environment.insert("RUST_BACKTRACE".to_owned(), "1".to_owned());
    let labels = ["revision", "source", "vendor", "licenses", "documentation", "url"];
    program.labels = labels.map(|it| (format!("org.opencontainers.image.{it}"), format!("the {it}"))).into();
    program.packages = vec![package("serde", "1.0.228", true), package("orders", "1.2.0", false)];
    program
}

pub(crate) fn package(name: &str, version: &str, published: bool) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        license: Some("MIT/Apache-2.0".to_owned()),
        checksum: published.then(|| "ab".repeat(32)),
    }
}
