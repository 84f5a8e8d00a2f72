"""Asks of roles what AWS asks of them, where MiniStack asks something else.

- Batch calls of SQS and SNS, and conversations with models of Bedrock, need the actions that AWS knows: MiniStack asks for
  actions of their own names, and for none when a function is to answer with a stream. `ReEncrypt` of KMS needs two, each on
  a key of its own.
- Mail, schedules of a group, an event bus that is described, and streams that are read are authorized on the resource that
  AWS takes.
- Conditions know which items and attributes of a table a call is about, and the tags of an object.
"""

import contextlib
import email.utils
import inspect
import json
import re
import sys

REFUSAL = "this version of MiniStack authorizes in another way than the launcher knows: "

try:
    from ministack.core import iam_actions, iam_evaluator
    from ministack.core.iam_actions import (
        _DYNAMODB_TRANSACT_ITEM_ACTIONS as ACTIONS_OF_A_TRANSACTION, _dynamodb_table_arn as arn_of_table,
        _s3_batch_delete_targets as objects_to_delete, _s3_source_object as source_of_a_copy,
    )
    from ministack.services.dynamodb import (
        _extract_key_val as value_of_key, _extract_pk_from_condition as key_in_expression,
        _extract_pk_from_key_conditions as key_in_conditions, _index_def as index_of, _tables as tables,
        _tokenize as tokens_of,
    )
    from ministack.services.dynamodb_streams import _decode_iterator as decoded
    from ministack.services.kinesis import _shard_iterators as iterators
    from ministack.services.s3 import object_tags_for_condition as tags_of
    from ministack.services.ses import _identities as identities
except ImportError as error:
    sys.exit(f"{REFUSAL}{error}")

# The actions that AWS checks for operations that have none of their own:
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
ACTIONS_OF_OPERATIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
}

# The actions that know the tags of the object they are about:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
ON_TAGGED_OBJECTS = re.compile(
    "s3:(GetObject(Version)?(Acl|Attributes|Tagging)?|PutObject(Version)?(Acl|Tagging)|DeleteObject(Version)?Tagging)"
)

# The actions that know what a call selects:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
SELECTING = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"}
# The parameters that name attributes: in an expression, or as the keys of an object.
EXPRESSIONS = (
    "ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression", "UpdateExpression",
)
BY_ATTRIBUTE = ("AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
WORDS_OF_EXPRESSIONS = {"ADD", "AND", "BETWEEN", "DELETE", "IN", "NOT", "OR", "REMOVE", "SET"}


class Asked(str):
    """The ARN of a resource, with what a request asks of it."""

    def __new__(cls, arn, request):
        asked = super().__new__(cls, arn)
        asked.request = request
        return asked


def fields_of(body):
    with contextlib.suppress(ValueError):
        fields = json.loads(body or b"{}")
        if isinstance(fields, dict):
            return fields
    return {}


def attributes_of(expression, names):
    """The attributes at the top level that an expression is about. It calls some of them by other `names`."""
    tokens = tokens_of(expression)
    for (before, _), (kind, text), (after, _) in zip([(None, ""), *tokens], tokens, tokens[1:]):
        if before == "DOT":
            continue
        if kind == "NAME_REF":
            yield names.get(text, text)
        elif kind == "IDENT" and after != "LPAREN" and text.upper() not in WORDS_OF_EXPRESSIONS:
            yield text


def leading_keys(table, items, request):
    """The values of the partition key: of items that are named, and of what is queried."""
    index = index_of(table, request.get("IndexName"))
    key = next(it["AttributeName"] for it in (index or table)["KeySchema"] if it["KeyType"] == "HASH")
    keys = [value_of_key(item[key]) for item in items if key in item]
    names, values = (request.get(f"ExpressionAttribute{it}") or {} for it in ("Names", "Values"))
    queried = [
        key_in_conditions(request.get("KeyConditions") or {}, key),
        key_in_expression(request.get("KeyConditionExpression"), values, names, key),
    ]
    return keys + [it for it in queried if it is not None]


def conditions_of_table(action, asked):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys"""
    request = asked.request
    if isinstance(request, list):  # the writes of a batch, each of which puts an `Item` or deletes a `Key`
        request = {"Keys": [item for write in request for named in write.values() for item in named.values()]}
    items = [*(request.get("Keys") or ()), *(request[it] for it in ("Item", "Key") if it in request)]
    names = request.get("ExpressionAttributeNames") or {}
    projected = [*(request.get("AttributesToGet") or ()), *attributes_of(request.get("ProjectionExpression") or "", names)]
    attributes = set(projected).union(*items, *(request.get(it) or () for it in BY_ATTRIBUTE))
    attributes.update(*(attributes_of(request.get(it) or "", names) for it in EXPRESSIONS))
    conditions = {"dynamodb:Attributes": sorted(attributes), "dynamodb:ReturnValues": request.get("ReturnValues")}
    if action in SELECTING:
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select
        whole = "ALL_PROJECTED_ATTRIBUTES" if request.get("IndexName") else "ALL_ATTRIBUTES"
        conditions["dynamodb:Select"] = request.get("Select") or ("SPECIFIC_ATTRIBUTES" if projected else whole)
    _, _, _, region, account, path = asked.split(":", 5)
    table = tables.get_scoped(account, region, path.split("/")[1])
    if table is not None:
        conditions["dynamodb:LeadingKeys"] = leading_keys(table, items, request)
    return {key: value for key, value in conditions.items() if value}


def conditions_of_object(asked):
    bucket, _, key = asked.removeprefix("arn:aws:s3:::").partition("/")
    tags = tags_of(bucket, key, asked.request)
    return {f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()}


def checks(action, resource):
    """The actions that AWS asks for, each with its resource and what conditions know besides."""
    action = ACTIONS_OF_OPERATIONS.get(action, action)
    if not isinstance(resource, Asked):
        return [(action, resource, {})]
    if action == "kms:ReEncrypt":
        return [("kms:ReEncryptFrom", resource, {}), ("kms:ReEncryptTo", resource.request, {})]
    if action.startswith("dynamodb:"):
        # A malformed request names nothing, and the service refuses it.
        with contextlib.suppress(AttributeError, TypeError):
            return [(action, resource, conditions_of_table(action, resource))]
    if ON_TAGGED_OBJECTS.fullmatch(action):
        return [(action, resource, conditions_of_object(resource))]
    return [(action, resource, {})]


def sender(fields):
    """The identity that mail is sent from: the address, where it is one, else its domain."""
    if given := fields.get("FromEmailAddressIdentityArn"):
        return given.rpartition("/")[2]
    address = email.utils.parseaddr(fields.get("FromEmailAddress") or "")[1]
    return address if address in identities else address.rpartition("@")[2]


def ask_as_aws_does():
    """https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""
    try:
        known = {
            iam_evaluator.enforce: "access_key_id iam_action service region resource_arn service_context",
            iam_actions.extract_iam_action: "service method path headers body query_params",
            iam_actions.extract_resource_arn: "service method path headers body query_params region account_id",
            iam_actions.dynamodb_resource_arns: "body region account_id",
            iam_actions.dynamodb_service_context: "body",
            iam_actions.dynamodb_transaction_checks: "iam_action body region account_id",
            iam_actions.s3_additional_checks: "method path headers body query_params",
        }
    except AttributeError as error:
        sys.exit(f"{REFUSAL}{error}")
    for function, parameters in known.items():
        if list(inspect.signature(function).parameters) != parameters.split():
            sys.exit(f"{REFUSAL}`{function.__name__}`")
    enforce, action_of, extract, arns_of_tables, _, checks_of_transaction, checks_besides = known

    def asked(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        for action, resource, conditions in checks(iam_action, resource_arn):
            context = {**(service_context or {}), **conditions}
            refused = enforce(access_key_id, action, service, region, resource, context)
            if refused is not None:
                return refused

    def action(service, method, path, headers, body, query_params):
        if service == "lambda" and path.endswith("/response-streaming-invocations"):
            return "lambda:InvokeFunction"
        if service == "s3" and method == "POST" and "delete" in query_params:
            # Of the first object; MiniStack asks the same for the others.
            [(_, version), *_] = objects_to_delete(path.strip("/"), body) or [("", "")]
            return "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
        return action_of(service, method, path, headers, body, query_params)

    def resource(service, method, path, headers, body, query_params, region, account_id):
        found = extract(service, method, path, headers, body, query_params, region, account_id)
        if service == "s3":
            return Asked(found, query_params)
        target = headers.get("x-amz-target", "")
        # The body is read where it is one of these calls alone: others may send megabytes.
        if service == "ses" and path == "/v2/email/outbound-emails" and (identity := sender(fields_of(body))):
            return f"arn:aws:ses:{region}:{account_id}:identity/{identity}"
        if service == "scheduler" and ":schedule/default/" in found:
            group = fields_of(body).get("GroupName") or next(iter(query_params.get("groupName") or ()), "default")
            return found.replace(":schedule/default/", f":schedule/{group}/", 1)
        if target == "AWSEvents.DescribeEventBus":
            name = fields_of(body).get("Name") or "default"
            return found if name.startswith("arn:") else f"arn:aws:events:{region}:{account_id}:event-bus/{name}"
        if target.startswith("DynamoDBStreams_"):
            fields = fields_of(body)
            return fields.get("StreamArn") or (decoded(fields.get("ShardIterator") or "") or {}).get("arn") or found
        if target == "Kinesis_20131202.GetRecords":
            return (iterators.get(fields_of(body).get("ShardIterator")) or {}).get("stream_arn") or found
        if target == "TrentService.ReEncrypt":
            fields = fields_of(body)
            keys = [{"KeyId": fields.get("SourceKeyId"), "CiphertextBlob": fields.get("CiphertextBlob")}]
            keys.append({"KeyId": fields.get("DestinationKeyId")})
            return Asked(*(
                extract(service, method, path, headers, json.dumps(key), query_params, region, account_id) for key in keys
            ))
        return found

    def resources_of_tables(body, region, account_id):
        fields = fields_of(body)
        by_table = fields.get("RequestItems")
        if fields.get("TableName") or not isinstance(by_table, dict):
            return [Asked(arn, fields) for arn in arns_of_tables(body, region, account_id)]
        return [Asked(arn_of_table(name, region, account_id), part) for name, part in by_table.items()]

    def parts_of_transaction(iam_action, body, region, account_id):
        if not checks_of_transaction(iam_action, body, region, account_id):
            return []
        parts = [it for item in fields_of(body)["TransactItems"] for it in item.items()]
        return [
            (ACTIONS_OF_A_TRANSACTION[kind], Asked(arn_of_table(part["TableName"], region, account_id), part))
            for kind, part in parts
        ]

    def conditions_of_call(body):
        capacity = fields_of(body).get("ReturnConsumedCapacity")
        return {"dynamodb:ReturnConsumedCapacity": capacity} if capacity else {}

    def checks_of_objects(method, path, headers, body, query_params):
        _, version = source_of_a_copy(headers) or (None, None)
        named = query_params if version is None else {"versionId": version}
        return [(action, Asked(arn, named)) for action, arn in checks_besides(method, path, headers, body, query_params)]

    iam_evaluator.enforce = asked
    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource
    iam_actions.dynamodb_resource_arns = resources_of_tables
    iam_actions.dynamodb_service_context = conditions_of_call
    iam_actions.dynamodb_transaction_checks = parts_of_transaction
    iam_actions.s3_additional_checks = checks_of_objects
