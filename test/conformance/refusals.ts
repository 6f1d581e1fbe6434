/** What implementations answer for an operation that they do not have. */
const names = new Set([
	...["NotImplemented", "NotImplementedError", "UnknownOperation", "UnknownOperationException", "InvalidAction"],
	...["UnsupportedOperation", "UnsupportedOperationException", "NotImplementedException"],
]);

/** Why an operation is not offered, if that is what the error says. */
export function whyNotOffered(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	if (names.has(error.name)) return error.message;
	const status = Number(Reflect.get(Object(Reflect.get(error, "$metadata")), "httpStatusCode"));
	if (status === 501) return error.message;
	// A path that a server does not know is answered by its web framework, in HTML, which no SDK can read.
	const isUnread =
		/Unknown(?:Error)?$|SyntaxError/.test(error.name) || /not XML|Deserialization error/.test(error.message);
	if (isUnread && (status === 404 || status === 405)) return `HTTP ${status}`;
	return /Unknown \w+ endpoint|not (?:yet )?(?:been )?implemented|is not emulated/i.test(error.message)
		? error.message
		: undefined;
}
