import { describe } from "vitest";
import { guide, passing, type Scenario, scenarios } from "./scenario.ts";

const page = guide("transforming-data.html#jsonata-functions-provided-by-sfn");
const value = (expression: string, output: unknown, source = page): Scenario => ({
	says: `${expression} is ${JSON.stringify(output)}`,
	source,
	definition: passing({ value: `{% ${expression} %}` }),
	input: { size: 3, text: '{"a": [1, {"b": null}]}' },
	output: { value: output },
});
const fault = (expression: string, cause: RegExp, source = page): Scenario => ({
	says: `${expression} fails`,
	source,
	definition: passing(`{% ${expression} %}`),
	error: "States.QueryEvaluationError",
	cause,
});

const uuid = "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/";
const jsonata = (section: string) => `https://docs.jsonata.org/${section}`;

const table: Scenario[] = [
	value("$partition([1,2,3,4], $states.input.size)", [[1, 2, 3], [4]]),
	value(
		"$partition([1,2,3,4,5,6,7,8,9], 4)",
		[[1, 2, 3, 4], [5, 6, 7, 8], [9]],
		guide("intrinsic-functions.html#asl-intrsc-func-arrays"),
	),
	value("$partition([1,2,3], 2.9)", [[1, 2], [3]]),
	value("$partition([1], 5)", [[1]]),
	fault("$partition([1,2], 0)", /positive integer/),
	fault("$partition([1,2], -1)", /positive integer/),
	value("$range(0, 10, 2)", [0, 2, 4, 6, 8, 10]),
	value("$range(1, 9, 2)", [1, 3, 5, 7, 9], guide("intrinsic-functions.html#asl-intrsc-func-arrays")),
	value("$range(0, 5, 3)", [0, 3]),
	value("$range(5, 0, -2)", [5, 3, 1]),
	value("$range(0.9, 3.9, 1.5)", [0, 1, 2, 3]),
	fault("$range(0, 5, 0)", /must not be zero/),
	value(
		"$hash('input data', 'SHA-1')",
		"aaff4a450a104cd177d28d18d74485e8cae074b7",
		guide("intrinsic-functions.html#asl-intrsc-func-hash-calc"),
	),
	value("$hash('', 'MD5')", "d41d8cd98f00b204e9800998ecf8427e", "RFC 1321 A.5"),
	value("$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-4"),
	value("$length($hash('abc', 'SHA-384'))", 96),
	value("$length($hash('abc', 'SHA-512'))", 128),
	fault("$hash('abc', 'SHA-3')", /algorithm/),
	value("$random() >= 0 and $random() < 1", true),
	value("$random(42) = $random(42)", true),
	value("$random(42) = $random(42.9)", true),
	value("$random(42) = $random(43)", false),
	value(`$match($uuid(), ${uuid}).index`, 0),
	value("$uuid() = $uuid()", false),
	value("$parse($states.input.text)", { a: [1, { b: null }] }),
	value("$parse('null')", null),
	fault("$parse('{')", /JSON/),
	fault("$eval('1 + 1')", /non-function/),
	value("$now()", "2030-01-01T00:00:00.000Z", jsonata("date-time-functions#now")),
	value("$now('[Y0001]-[M01]')", "2030-01", jsonata("date-time-functions#now")),
	value("$millis() = $toMillis($now())", true, jsonata("date-time-functions#millis")),
	value("$sum($map([1,2,3], function($v) { $v * 2 }))", 12, jsonata("higher-order-functions#map")),
	value("$merge([{'a': 1}, {'b': 2}])", { a: 1, b: 2 }, jsonata("object-functions#merge")),
	value("$base64decode($base64encode('Data to encode'))", "Data to encode", jsonata("string-functions#base64encode")),
	value("$distinct([1,2,3,3,4])", [1, 2, 3, 4], jsonata("array-functions#distinct")),
	value("$states.input.size in [1, 3]", true, jsonata("comparison-operators#in-inclusion")),
];

describe("functions of expressions", () => scenarios(table));
