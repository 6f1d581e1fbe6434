import type { Answer } from "./protocols.ts";
import type { Caller } from "./service.ts";

/** A service that speaks the query protocol: a form with `Action`, answered in XML. */
export interface QueryService {
	name: string;
	/** Namespace of its answers. */
	namespace: string;
	/** Each answers the content of `<ActionResult>`, or what another front has answered. What is not listed is answered 501. Throws AwsError. */
	operations: Record<string, (form: URLSearchParams, caller: Caller) => string | Promise<string | Answer>>;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text as it stands between XML tags or in an attribute. */
export function escapeXml(text: string): string {
	return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
