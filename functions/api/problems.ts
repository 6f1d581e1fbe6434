import { z } from "zod";
import { errorTable, HostmasterError, problemType } from "../../domain/errors.ts";

/** An error as callers see it: RFC 9457, with the request's member and the rule that it broke. */
export const problemSchema = z
	.object({
		type: z.string().meta({ description: "Stable; /errors/<name in kebab case>, or about:blank." }),
		title: z.string(),
		status: z.int(),
		detail: z.string().optional(),
		field: z.string().optional().meta({ description: "Path of the member at fault, e.g. routes.0.prefix." }),
		rule: z.string().optional().meta({ description: "The rule that it broke, stable." }),
		errors: z
			.array(z.object({ field: z.string(), rule: z.string(), detail: z.string() }))
			.optional()
			.meta({ description: "All members at fault, when there are several." }),
		requestId: z.string(),
	})
	.meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;

// An answer of a function holds 6 MB (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and so does a
// request: what it repeats of one is bounded.
const shownErrors = 100;
const shownCharacters = 255;

/** A request that does not fit its schemas: everything that is wrong with it, at once. */
export class RequestRefused extends HostmasterError {
	readonly errors: NonNullable<Problem["errors"]>;
	constructor(errors: NonNullable<Problem["errors"]>) {
		const [first] = errors;
		super("InvalidRequest", first?.detail ?? "The request is not valid.", { ...first });
		this.errors = errors.slice(0, shownErrors);
	}
}

/** Renders an error. What is not in the table is a defect: the caller gets an id to quote and no detail. */
export function problemOf(error: unknown, requestId: string): Problem {
	if (!(error instanceof HostmasterError)) {
		return { type: "about:blank", title: "Internal Server Error", status: 500, requestId };
	}
	const { status, title } = errorTable[error.name];
	const { detail, field, rule } = error;
	const several = error instanceof RequestRefused && error.errors.length > 1 ? { errors: error.errors } : {};
	const where = { ...(field !== undefined && { field }), ...(rule !== undefined && { rule }) };
	return { type: `/errors/${problemType(error.name)}`, title, status, detail, ...where, ...several, requestId };
}

/** The path of a member as problems name it; `label` names the whole. */
export function fieldOf(path: readonly PropertyKey[], label: string): string {
	return path.map(String).join(".").slice(0, shownCharacters) || label;
}

/** Zod's findings in the words of our problems: which member, which rule. `value` is what was parsed, `label` what it is called. */
export function refusalsOf(error: z.ZodError, value: unknown, label: string): NonNullable<Problem["errors"]> {
	return error.issues.flatMap((issue) => {
		if (issue.code === "unrecognized_keys") {
			return issue.keys.slice(0, shownErrors).map((key) => {
				const field = fieldOf([...issue.path, key], label);
				return { field, rule: "unknown", detail: `'${field}' is not known here: leave it out.` };
			});
		}
		const missing = valueAt(value, issue.path) === undefined;
		const field = fieldOf(issue.path, label);
		if (missing) return [{ field, rule: "required", detail: `'${field}' is missing.` }];
		return [{ field, rule: ruleNames[issue.code] ?? issue.code, detail: `'${field}': ${issue.message}.` }];
	});
}

const ruleNames: Partial<Record<z.core.$ZodIssue["code"], string>> = {
	invalid_type: "type",
	invalid_value: "one-of",
	too_small: "minimum",
	too_big: "maximum",
	invalid_format: "format",
	custom: "limit",
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>(
		(inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
		value,
	);
}
