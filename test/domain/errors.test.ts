import { describe, expect, it } from "vitest";
import {
	type ErrorName,
	errorTable,
	HostmasterError,
	isErrorName,
	problemType,
	remedyOf,
} from "../../domain/errors.ts";

// Object.keys forgets the key type that the table has.
const names = Object.keys(errorTable) as ErrorName[];

describe("the table of errors", () => {
	it.each(names)("%s is an error of HTTP with a title that is a sentence's beginning", (name) => {
		const { status, title } = errorTable[name];
		expect(status).toBeGreaterThanOrEqual(400);
		expect(status).toBeLessThan(600);
		expect(title).toMatch(/^[A-Z].*[^.]$/);
	});

	it("answers 503 for what may work later, and for nothing else", () => {
		expect(names.filter((name) => errorTable[name].retry === "transient")).toEqual(
			names.filter((name) => errorTable[name].status === 503),
		);
	});

	it("gives every error its own problem type", () => {
		expect(new Set(names.map(problemType)).size).toBe(names.length);
	});

	it.each([
		["SlugReserved", "slug-reserved"],
		["Superseded", "superseded"],
		["ExternalRefTaken", "external-ref-taken"],
	] as const)("%s is the problem %s", (name, type) => expect(problemType(name)).toBe(type));

	it("knows its own names, and no name of Object's", () => {
		expect(isErrorName("Throttled")).toBe(true);
		expect(isErrorName("States.Timeout")).toBe(false);
		expect(isErrorName("toString")).toBe(false);
	});
});

describe("an error", () => {
	it("carries its name, what the caller may read, and the cause for the logs", () => {
		const cause = new Error("secret");
		const error = new HostmasterError("SlugTaken", "'acme' is taken.", { field: "slug", rule: "unique", cause });
		expect(error).toMatchObject({
			name: "SlugTaken",
			detail: "'acme' is taken.",
			field: "slug",
			rule: "unique",
			cause,
		});
		expect(error).toBeInstanceOf(Error);
	});

	it("needs neither field nor rule nor cause", () => {
		const error = new HostmasterError("Throttled", "Later.");
		expect(error).toMatchObject({ field: undefined, rule: undefined, cause: undefined });
	});
});

describe("what to do after a failed step", () => {
	it("is what the table says", () => {
		expect(remedyOf("CertificateNotReady")).toEqual({
			actor: "operator",
			fix: errorTable.CertificateNotReady.fix,
		});
	});

	it("is to retry, where the table says nothing more", () => {
		expect(remedyOf("SlugTaken")).toEqual({ actor: "customer", fix: "Retry the operation." });
	});

	it("says that a step took too long when Step Functions does", () => {
		expect(remedyOf("States.Timeout")).toEqual({
			actor: "operator",
			fix: "The step took too long. Retry the operation.",
		});
	});

	it.each(["TypeError", "Lambda.Unknown", "constructor"])("is the operator's to find out for %s", (name) => {
		expect(remedyOf(name)).toMatchObject({ actor: "operator", fix: expect.stringContaining("log") });
	});
});
