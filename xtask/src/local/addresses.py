"""Addresses that AWS gives, as they lead to the local cloud."""

import os
import re

# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
# https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
ON_AWS = re.compile(r"https://([0-9a-z]+)\.(execute-api|lambda-url)\.[^/]+")


def reachable(variables):
    """Environment variables in which addresses of APIs and functions are those of the local cloud."""

    def here(address):
        return f"{os.environ['AWS_ENDPOINT_URL']}/_aws/{address[2]}/{address[1]}"

    return {name: ON_AWS.sub(here, value) for name, value in variables.items()}
