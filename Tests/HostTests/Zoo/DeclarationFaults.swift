import Testing

@testable import OrchestronHost

/// Declarations that are wrong in one place, which the host names.
@Suite struct DeclarationFaults {
  @Test(arguments: [
    ("null-id", #"no id|id is NULL"#),
    ("null-version", #"no version|version is NULL"#),
    ("null-services", #"services are 3, but the list is NULL"#),
    ("null-service", #"entry 0 of the descriptor's services is NULL"#),
    ("null-service-name", #"service has no name"#),
    ("null-method", #"entry 0 of the methods of service "null_method" is NULL"#),
    ("null-method-name", #"method of service "null_method_name" has no name"#),
    ("null-doc", #"method "null_doc\.run" has no one-line doc"#),
    ("null-params", #"parameters of method "null_params\.run" are 2, but the list is NULL"#),
    ("null-param", #"entry 0 of the parameters of method "null_param\.run" is NULL"#),
    ("null-param-name", #"method "null_param_name\.run": a parameter has no name"#),
    ("null-topic-name", #"topic has no name"#),
    ("null-function", #"method "null_function\.run": fn is NULL"#),
    ("invalid-utf8-declaration", #"not UTF-8"#),
    ("bad-service-name", #""Bad Name""#),
    ("bad-method-name", #"run\.fast"#),
    ("bad-param-name", #""due-date""#),
    ("bad-type", #"method "bad_type\.run".*"q".*b i d s y j"#),
    ("bad-result", #"method "bad_result\.run".*"z".*b i d s y j v"#),
    ("bad-schema", #"method "bad_schema\.run".*"text".*"minLenght""#),
    ("bad-schema-json", #"method "bad_schema_json\.run".*"text".*JSON"#),
    ("bad-result-schema", #"method "bad_result_schema\.run".*"required_fields""#),
    ("bad-default", #"method "bad_default\.run".*"text".*default"#),
    ("bad-examples", #"method "bad_examples\.run".*examples.*JSON"#),
    ("bad-topic", #""zoo:\*""#),
    ("bad-topic-schema", #"topic "zoo:tick".*"propertys""#),
    ("bad-topic-example", #"topic "zoo:tick".*JSON"#),
    ("bad-route", #"method "bad_route\.run".*"api/zoo".*GET /api/"#),
    ("bad-route-parameter", #"method "bad_route_parameter\.run".*"\{id\}""#),
    ("duplicate-method", #"method "duplicate_method\.run" is declared twice"#),
    ("duplicate-param", #"method "duplicate_param\.run".*"text" is declared twice"#),
    ("stream-without-handler", #"method "stream_without_handler\.seen".*STREAM"#),
    ("handler-any-thread", #"method "handler_any_thread\.run".*ANY_THREAD"#),
    ("reads-and-writes", #"method "reads_and_writes\.run".*READ and (WRITE|DESTRUCTIVE)"#),
  ])
  func namesThePlaceOfAWrongDeclaration(fixture: String, pattern: String) throws {
    let zoo = try Zoo(fixture)
    try zoo.expectFailed(fixture, pattern)
  }
}
