import { type RouteName, routeOf } from "./refusing.ts";
import { type SoundRequest, soundRequests } from "./sound-requests.ts";

/** A request whose fault is in a text: in its path, its query or its headers. */
export interface MalformedText {
	field: string;
	request: SoundRequest;
	told: string;
}

/** What stands in a path, a query or a header is text, whatever the schema makes of it. */
const texts = [
	"",
	" ",
	"x",
	"-1",
	"1.5",
	"1e99",
	"NaN",
	"\u0000",
	"ü",
	"\ud800",
	"../..",
	"%2F",
	"ten_1",
	'""',
	"a".repeat(9_999),
];

/** The parts of a request that are texts by name, each with its texts replaced in turn by what the contract refuses. */
export function malformedTexts(name: RouteName, part: "pathParameters" | "query" | "headers"): MalformedText[] {
	const [schema, sound] = [routeOf(name)[part], soundRequests[name][part] ?? {}];
	if (!schema) return [];
	const requests: MalformedText[] = [];
	const add = (field: string, value: Record<string, unknown>) => {
		if (schema.safeParse(value).success) return;
		// The values are texts: a text was replaced by another, or taken away.
		const request = { ...soundRequests[name], [part]: value as Record<string, string> };
		requests.push({ field, request, told: `${part}, ${field}: ${JSON.stringify(value[field])?.slice(0, 40)}` });
	};
	for (const field of Object.keys(schema.shape)) {
		const { [field]: _gone, ...without } = sound;
		add(field, without);
		for (const text of texts) add(field, { ...sound, [field]: text });
	}
	for (const field of ["colour", "Limit", "__proto__", "constructor"]) add(field, { ...sound, ...one(field, "x") });
	return requests;
}

const one = (name: string, value: string) => Object.fromEntries([[name, value]]);
