import { z } from "zod";
import type { Caller } from "../aws/service.ts";
import { parsedAt, TemplateError } from "../template/template.ts";
import { compilePattern, type Matches } from "./pattern.ts";
import { type NextFire, scheduleOf } from "./schedule.ts";

const arn = z.string().startsWith("arn:");
const targetSchema = z.strictObject({
	Id: z.string(),
	Arn: arn,
	RoleArn: z.string().optional(),
	Input: z.string().refine(isJson, "must be JSON").optional(),
	InputPath: z
		.string()
		.regex(/^\$(\.[\w-]+)*$/, "only $.a.b is emulated")
		.optional(),
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
	RetryPolicy: z
		.object({
			MaximumRetryAttempts: z.coerce.number().max(185).default(185),
			MaximumEventAgeInSeconds: z.coerce.number().min(60).max(86_400).default(86_400),
		})
		.default({ MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 }),
	DeadLetterConfig: z.object({ Arn: arn }).optional(),
});
const ruleSchema = z.object({
	EventBusName: z.string().default("default"),
	EventPattern: z.record(z.string(), z.unknown()).optional(),
	ScheduleExpression: z.string().optional(),
	State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
	Targets: z.array(targetSchema).default([]),
});

export type Target = z.output<typeof targetSchema>;

/** A rule that is in force. */
export interface Rule {
	arn: string;
	busName: string;
	matches?: Matches;
	schedule?: { expression: string; next: NextFire };
	targets: readonly Target[];
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** The name in a bus's ARN, or the name itself. */
export function busNameIn(nameOrArn: string): string {
	return nameOrArn.startsWith("arn:") ? nameOrArn.slice(nameOrArn.indexOf("/") + 1) : nameOrArn;
}

/** Reads the resolved properties of an `AWS::Events::Rule`; undefined when it is disabled. Throws TemplateError. */
export function ruleOf(properties: unknown, name: string, { accountId, region }: Caller): Rule | undefined {
	const at = `AWS::Events::Rule ${name}`;
	const rule = parsedAt(at, ruleSchema, properties);
	if (rule.State === "DISABLED") return undefined;
	const busName = busNameIn(rule.EventBusName);
	const path = busName === "default" ? name : `${busName}/${name}`;
	const { EventPattern: pattern, ScheduleExpression: expression } = rule;
	try {
		return {
			arn: `arn:aws:events:${region}:${accountId}:rule/${path}`,
			busName,
			...(pattern && { matches: compilePattern(pattern) }),
			...(expression && { schedule: { expression, next: scheduleOf(expression) } }),
			targets: rule.Targets,
		};
	} catch (cause) {
		throw new TemplateError(at, cause instanceof Error ? cause.message : String(cause), { cause });
	}
}

/** What a target is given of an event: all of it, a part, or a text of its own. JSON text. */
export function inputFor(target: Target, event: unknown): string {
	if (target.Input !== undefined) return target.Input;
	const path = target.InputPath?.split(".").slice(1) ?? [];
	const part = path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), event);
	return JSON.stringify(part ?? null);
}
