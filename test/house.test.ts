import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { z } from "zod";
import { errorTable } from "../domain/errors.ts";
import { attachSteps, detachSteps, offboardingSteps, onboardingSteps, updateSteps } from "../domain/operation-kinds.ts";
import type { Route } from "../functions/api/contracts/route.ts";
import { routes } from "../functions/api/routes.ts";
import { registrarFunctions } from "../scripts/service-file.ts";

const scopesSchema = z.object({ name: z.string(), scopes: z.array(z.string()) });
const httpSchema = z.object({ method: z.string(), path: z.string(), authorizer: scopesSchema.optional() });
const serviceSchema = z.object({
	functions: z.record(
		z.string(),
		z.object({
			handler: z.string(),
			environment: z.record(z.string(), z.unknown()).default({}),
			events: z.array(z.looseObject({ httpApi: httpSchema.optional() })).default([]),
		}),
	),
});
const stateSchema = z.looseObject({
	Type: z.string(),
	Comment: z.string().optional(),
	Arguments: z.looseObject({ FunctionName: z.string() }).optional(),
	Retry: z.array(z.object({ ErrorEquals: z.array(z.string()) }).loose()).default([]),
	Catch: z.array(z.unknown()).default([]),
});
const machineSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) });

// Tags such as !Ref are CloudFormation's and stay plain values here.
const service = parseDocument(readFileSync("serverless.yml", "utf8"), { logLevel: "silent", merge: true });
const functions = Object.entries(serviceSchema.parse(service.toJS()).functions);
const machines = globSync("statemachines/*.asl.json").map((file) =>
	machineSchema.parse(JSON.parse(readFileSync(file, "utf8"))),
);
const states = machines.flatMap(({ States }) => Object.entries(States));
const tasks = states.filter(([, { Type }]) => Type === "Task");

const camelCase = (kebab: string) => kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const pascalCase = (kebab: string) => camelCase(`-${kebab}`);
const moduleOf = (handler: string) => handler.replace(/\.handler$/, "");
const textOf = (file: string) => readFileSync(file, "utf8");
/** Source files of rooms, sorted, without declarations. */
const filesOf = (...rooms: string[]) =>
	rooms
		.flatMap((room) => globSync(`${room}/**/*.ts`))
		.filter((file) => !file.endsWith(".d.ts"))
		.sort();
const entries = filesOf("functions").filter((file) =>
	/^export const handler\b|^export (?:async )?function handler\b/m.test(textOf(file)),
);

/** What a module asks for, by name. Type imports are gone when it runs. */
function importsOf(file: string): string[] {
	const asked = textOf(file).matchAll(/^(?:import|export)\s(?!type\b)(?:[^;"]*?\bfrom\s+)?"([^"]+)"/gm);
	return [...asked].map(([, name = ""]) => name);
}

/** A module of ours with all that it imports, directly or not. */
function graphOf(file: string, seen = new Set<string>()): Set<string> {
	if (seen.has(file)) return seen;
	seen.add(file);
	for (const name of importsOf(file)) if (name.startsWith(".")) graphOf(join(dirname(file), name), seen);
	return seen;
}

describe("a function", () => {
	it("is every module that exports a handler, under the name of its file, and nothing else is", () => {
		const deployed = [
			...functions.map(([key, { handler }]) => `${key} ${moduleOf(handler)}.ts`),
			...registrarFunctions.map(({ key, module }) => `${key} ${module}.ts`),
		];
		const written = entries.map((file) => `${camelCase(basename(file, ".ts"))} ${file}`);
		expect(deployed.sort()).toEqual(written.sort());
		expect(written.length).toBeGreaterThan(15);
	});

	it("lies in a room that says what wakes it", () => {
		const rooms = new Set(entries.map((file) => dirname(file)));
		expect([...rooms].sort()).toEqual(
			["api", "edge", "events", "queue", "schedule", "stack", "workflow"].map((room) => `functions/${room}`),
		);
	});

	it.each(functions)("%s is given exactly the settings that it reads", (_, { handler, environment }) => {
		const read = [...graphOf(`${moduleOf(handler)}.ts`)].flatMap((file) =>
			[...textOf(file).matchAll(/\b(?:setting|optionalSetting)\(\s*"(\w+)"/g)].map(([, name]) => name),
		);
		const given = Object.keys(environment).filter((name) => !name.startsWith("POWERTOOLS_"));
		expect(given.sort()).toEqual([...new Set(read)].sort());
	});

	it("means the same by a setting's name wherever it is given", () => {
		const values = new Map<string, Set<string>>();
		for (const [, { environment }] of functions) {
			for (const [name, value] of Object.entries(environment)) {
				values.set(name, (values.get(name) ?? new Set()).add(JSON.stringify(value)));
			}
		}
		expect([...values].filter(([, meanings]) => meanings.size > 1)).toEqual([]);
	});

	it("reads the environment through settings.ts only, but for the edge, which has none of ours", () => {
		const readers = filesOf("functions", "services", "domain").filter((file) => textOf(file).includes("process.env"));
		expect(readers.filter((file) => !file.startsWith("functions/edge/"))).toEqual(["services/settings.ts"]);
	});
});

describe("a route", () => {
	const served = functions.flatMap(([key, { events }]) =>
		events.flatMap(({ httpApi }) => (httpApi ? [{ key, ...httpApi }] : [])),
	);
	const line = (key: string, method: string, path: string, scopes: string[]) =>
		`${key}: ${method.toUpperCase()} ${path} ${scopes.join(" ")}`.trim();

	it("of the document is one of the gateway with the same method, path and scope, and the reverse", () => {
		const documented = Object.entries<Route>(routes).map(([key, { method, path, scope }]) =>
			line(key, method, path, scope === undefined ? [] : [scope]),
		);
		const wired = served.map(({ key, method, path, authorizer }) => line(key, method, path, authorizer?.scopes ?? []));
		expect(wired.sort()).toEqual(documented.sort());
	});

	it("has a file of its name that answers for it, and no other", () => {
		for (const key of Object.keys(routes)) {
			const file = entries.find((entry) => camelCase(basename(entry, ".ts")) === key) ?? "";
			expect(file).toMatch(/^functions\/api\//);
			const answered = [...textOf(file).matchAll(/defineRoute\(\s*routes\.(\w+)/g)].map(([, name]) => name);
			expect(answered, file).toEqual([key]);
		}
	});
});

describe("a state", () => {
	it("is every step in functions/workflow, under the name of its file, or waits for a domain", () => {
		const steps = entries.filter((file) => dirname(file) === "functions/workflow");
		const waiting = new Set(["VerifyOwnership", "AwaitCertificate", "AwaitEdge", "AwaitTraffic"]);
		const fileOf = (name: string) => (waiting.has(name) ? "AwaitDomain" : name);
		const names = new Set(tasks.map(([name]) => fileOf(name)));
		expect([...names].sort()).toEqual(steps.map((file) => pascalCase(basename(file, ".ts"))).sort());
		for (const [name, { Arguments }] of tasks) expect(Arguments?.FunctionName).toBe(`\${${fileOf(name)}FunctionArn}`);
	});

	it("is one of the steps that operations show", () => {
		const shown = [
			...[...onboardingSteps, ...updateSteps({ records: true, probe: true }), ...offboardingSteps({ domains: true })],
			...[...attachSteps, ...detachSteps],
		];
		expect([...new Set(tasks.map(([name]) => name))].sort()).toEqual([...new Set(shown)].sort());
	});

	const transient = Object.entries(errorTable).flatMap(([name, { retry }]) => (retry === "transient" ? [name] : []));
	it.each(tasks)("%s retries what may work later, and nothing that somebody has to mend first", (_, { Retry }) => {
		const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
		const foreign = retried.filter((name) => /^(?:Lambda|Runtime|Sandbox)\./.test(name));
		expect(retried.filter((name) => !foreign.includes(name)).sort()).toEqual(transient.sort());
		expect(foreign).toEqual(
			expect.arrayContaining([
				"Lambda.ClientExecutionTimeoutException",
				"Lambda.ServiceException",
				"Lambda.AWSLambdaException",
				"Lambda.SdkClientException",
				"Lambda.TooManyRequestsException",
			]),
		);
	});

	it.each(states)("%s fails when it gives up, so that a redrive goes on at it, and says what it is", (_, state) => {
		expect(state.Catch).toEqual([]);
		expect(state.Comment).toMatch(/^[A-Z].*[.)]$/);
	});
});

describe("the layers", () => {
	const rooms = (file: string) =>
		importsOf(file)
			.filter((name) => name.startsWith("."))
			.map((name) => join(dirname(file), name).split("/")[0]);

	it("leave domain/ pure: no SDK, no Node, no clock, no environment, no room above it", () => {
		for (const file of filesOf("domain")) {
			expect
				.soft(
					importsOf(file).filter((name) => /^(?:node:|@aws-sdk|@middy|@aws-lambda)/.test(name)),
					file,
				)
				.toEqual([]);
			expect
				.soft(
					rooms(file).filter((room) => room !== "domain"),
					file,
				)
				.toEqual([]);
			expect.soft(textOf(file), file).not.toMatch(/\bDate\.now\(|new Date\(\)|process\.|Math\.random|crypto\./);
		}
	});

	it.each([
		["services", ["services", "domain"]],
		["functions", ["functions", "services", "domain"]],
	])("let %s/ know only what is below it", (room, below) => {
		for (const file of filesOf(room)) {
			expect
				.soft(
					rooms(file).filter((name) => !below.includes(name ?? "")),
					file,
				)
				.toEqual([]);
		}
	});

	it("keep every file readable: at most 250 lines", () => {
		const long = filesOf("functions", "services", "domain", "local", "origin", "scripts").filter(
			(file) => textOf(file).split("\n").length > 251,
		);
		expect(long).toEqual([]);
	});
});
