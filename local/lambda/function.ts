import { z } from "zod";
import { parsedAt } from "../template/template.ts";

const functionProperties = z.object({
	FunctionName: z.string(),
	/** `<path>.<export>`, e.g. `functions/api/create-tenant.handler`. */
	Handler: z.string().regex(/^.+\.[^./]+$/, "must be <path>.<export>"),
	Timeout: z.coerce.number().default(3),
	MemorySize: z.coerce.number().default(128),
	Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
});

/** A function as it stands in the template; defaults are Lambda's own. */
export interface LambdaFunction {
	name: string;
	handler: string;
	timeoutSeconds: number;
	memoryMegabytes: number;
	environment: Record<string, string>;
}

/** Reads the resolved properties of an `AWS::Lambda::Function`. Throws TemplateError. */
export function functionOf(properties: unknown): LambdaFunction {
	const read = parsedAt("AWS::Lambda::Function", functionProperties, properties);
	return {
		name: read.FunctionName,
		handler: read.Handler,
		timeoutSeconds: read.Timeout,
		memoryMegabytes: read.MemorySize,
		environment: read.Environment.Variables,
	};
}

/** The name in a function's ARN, qualified or not, or the name itself. */
export function functionNameIn(nameOrArn: string): string {
	return nameOrArn.startsWith("arn:") ? (nameOrArn.split(":")[6] ?? nameOrArn) : (nameOrArn.split(":")[0] ?? nameOrArn);
}
