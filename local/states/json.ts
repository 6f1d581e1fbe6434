/** What a state takes, gives and remembers. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
	[key: string]: Json;
}

/** Octets of the compact JSON text in UTF-8: what the payload quota counts. */
export function sizeOf(value: Json): number {
	return Buffer.byteLength(JSON.stringify(value));
}

/** Reads JSON text. Undefined when it is none. */
export function parseJson(text: string): { value: Json } | undefined {
	try {
		return { value: JSON.parse(text) };
	} catch {
		return undefined;
	}
}
