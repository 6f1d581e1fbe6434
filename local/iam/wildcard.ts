/** Patterns are few and asked for often: one expression each. */
const known = new Map<string, RegExp>();

/** `any` and `one` are what `*` and `?` stand for; `last` is the `*` at the end of an ARN's segment. */
function expressionOf(pattern: string, flags: string, { any, last, one }: { any: string; last: string; one: string }) {
	const key = [flags, any, pattern].join("\n");
	let expression = known.get(key);
	if (!expression) {
		const source = pattern.replaceAll(/\*(?=:|$)|[.*+?^${}()|[\]\\/]/g, (found, at: number) => {
			if (found === "*") return at + 1 === pattern.length || pattern[at + 1] === ":" ? last : any;
			return found === "?" ? one : `\\${found}`;
		});
		expression = new RegExp(`^${source}$`, flags);
		known.set(key, expression);
	}
	return expression;
}

const everywhere = { any: "[^]*", last: "[^]*", one: "[^]" };
const withinSegments = { any: "[^:]*", last: "[^]*", one: "[^:]" };

/** Whether `text` is what the pattern describes: `*` stands for any characters, `?` for one. Case counts. */
export function matchesText(pattern: string, text: string): boolean {
	return expressionOf(pattern, "u", everywhere).test(text);
}

/** As matchesText, in any case: so the names of actions are compared. */
export function matchesAction(pattern: string, action: string): boolean {
	return expressionOf(pattern, "iu", everywhere).test(action);
}

/**
 * Whether a statement's Resource covers an ARN. A wildcard stays within its segment, unless it is a `*` that ends the segment:
 * that one also covers what follows the colon.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesResource(pattern: string, arn: string): boolean {
	return expressionOf(pattern, "u", withinSegments).test(arn);
}
