/** What `any` and `one` are that `*` and `?` stand for; `last` is the `*` at the end of an ARN's segment. */
interface Wildcards {
	flags: string;
	any: string;
	last: string;
	one: string;
	/** Patterns are few and asked for often: one expression each. */
	known: Map<string, RegExp>;
}

function expressionOf(pattern: string, { flags, any, last, one, known }: Wildcards): RegExp {
	let expression = known.get(pattern);
	if (!expression) {
		const source = pattern.replaceAll(/\*(?=:|$)|[.*+?^${}()|[\]\\/]/g, (found, at: number) => {
			if (found === "*") return at + 1 === pattern.length || pattern[at + 1] === ":" ? last : any;
			return found === "?" ? one : `\\${found}`;
		});
		expression = new RegExp(`^${source}$`, flags);
		known.set(pattern, expression);
	}
	return expression;
}

const everywhere = { any: "[^]*", last: "[^]*", one: "[^]" };
const inText: Wildcards = { ...everywhere, flags: "u", known: new Map() };
const inAction: Wildcards = { ...everywhere, flags: "iu", known: new Map() };
const inArn: Wildcards = { flags: "u", any: "[^:]*", last: "[^]*", one: "[^:]", known: new Map() };

/** Whether `text` is what the pattern describes: `*` stands for any characters, `?` for one. Case counts. */
export function matchesText(pattern: string, text: string): boolean {
	return expressionOf(pattern, inText).test(text);
}

/** As matchesText, in any case: so the names of actions are compared. */
export function matchesAction(pattern: string, action: string): boolean {
	return expressionOf(pattern, inAction).test(action);
}

/**
 * Whether a statement's Resource covers an ARN. A wildcard stays within its segment, unless it is a `*` that ends the segment:
 * that one also covers what follows the colon.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesResource(pattern: string, arn: string): boolean {
	return expressionOf(pattern, inArn).test(arn);
}
