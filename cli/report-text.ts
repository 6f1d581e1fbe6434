import type { Report } from "./failures.ts";
import type { Paint } from "./paint.ts";

/** Why there is no result: what is wrong, where, by which rule, and what to do. */
export function reportText({ title, detail, errors = [], fix, type, status, requestId }: Report, paint: Paint): string {
	const code = type !== undefined && status !== undefined ? paint.dim(` (${status} ${type.split("/").at(-1)})`) : "";
	const request = requestId !== undefined && (status ?? 0) >= 500 ? [`  Request ${requestId}`] : [];
	return [
		`${paint.red(title)}${code}`,
		...(detail !== undefined ? [indented(detail)] : []),
		...errors.map(({ field, rule, detail }) => `  ${paint.bold(field)}: ${detail} ${paint.dim(`[${rule}]`)}`),
		`  ${paint.bold("Do:")} ${fix}`,
		...request,
	].join("\n");
}

function indented(text: string): string {
	return text.replace(/^/gm, "  ");
}
