import { z } from "zod";
import { edgeLimits } from "../limits.ts";
import { type EdgeRule, EdgeRuleBroken, type EdgeTrigger, type EdgeViolation } from "./edge-rules.ts";

/** What is associated with a distribution: the properties of the AWS::Lambda::Function, and what belongs to it. */
export interface AssociatedFunction {
	trigger: EdgeTrigger;
	/** Resolved. */
	properties: unknown;
	/** As in LambdaFunctionAssociations. */
	versionArn: string;
	/** The AssumeRolePolicyDocument of its role. */
	trust: unknown;
	/** Of its package. */
	bytes: number;
}

const isEmpty = (value: unknown) =>
	z.union([z.undefined(), z.array(z.never()).max(0), z.strictObject({})]).safeParse(value).success;

/** Each feature that the edge does not have, by the property that asks for it. */
const absent: Readonly<Record<string, (value: unknown) => boolean>> = {
	VpcConfig: isEmpty,
	DeadLetterConfig: isEmpty,
	Layers: isEmpty,
	TracingConfig: (value) => value === undefined || modeShape.safeParse(value).data?.Mode !== "Active",
	ReservedConcurrentExecutions: isEmpty,
	PackageType: (value) => value === undefined || value === "Zip",
	Architectures: (value) => value === undefined || !z.array(z.string()).parse(value).includes("arm64"),
	EphemeralStorage: (value) => value === undefined || Number(storageShape.safeParse(value).data?.Size) <= 512,
	FileSystemConfigs: isEmpty,
};

/** The first rule that CloudFront finds broken when a function is associated with a distribution. */
export function functionViolation({
	trigger,
	properties,
	versionArn,
	trust,
	bytes,
}: AssociatedFunction): EdgeViolation | undefined {
	const settings = functionShape.parse(properties);
	const { Environment, Runtime = "", MemorySize = 128, Timeout = 3 } = settings;
	const broken = (rule: EdgeRule, found: string): EdgeViolation => ({ rule, trigger, found });
	const variables = Object.keys(Environment?.Variables ?? {});
	const feature = Object.entries(absent).find(([name, allows]) => !allows(settings[name]))?.[0];
	const missing = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"].find((name) => !trusted(trust).includes(name));
	if (variables.length > 0) return broken("environment", variables.join(" "));
	if (feature !== undefined) return broken("features", `${feature} ${JSON.stringify(settings[feature])}`);
	if (!/^(?:nodejs\d+\.x|python3\.\d+)$/.test(Runtime)) return broken("runtime", Runtime);
	if (!/^arn:aws:lambda:us-east-1:\d{12}:function:[\w-]+:\d+$/.test(versionArn)) return broken("version", versionArn);
	if (missing !== undefined) return broken("role", `${missing} may not`);
	if (bytes > edgeLimits.functionBytes.value) return broken("function-size", `${bytes} bytes`);
	if (MemorySize < 128 || MemorySize > 10_240) return broken("function-memory", `${MemorySize} MB`);
	return Timeout * 1_000 > edgeLimits.functionMs.value ? broken("function-timeout", `${Timeout} s`) : undefined;
}

/** Throws EdgeRuleBroken where CloudFront would refuse the association. */
export function assertAssociable(associated: AssociatedFunction): void {
	const violation = functionViolation(associated);
	if (violation) throw new EdgeRuleBroken(violation);
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const reserved = /^(?:AWS_\w+|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_\w+|TZ|LANG|PATH|LD_LIBRARY_PATH|NODE_PATH|PYTHONPATH)$/;

/** An environment that has the reserved variables alone; to read another one throws EdgeRuleBroken, where AWS would only have nothing. */
export function edgeEnvironment(variables: Readonly<Record<string, string>>, trigger: EdgeTrigger): object {
	return new Proxy(Object.freeze({ ...variables }), {
		get(target, name, receiver) {
			if (typeof name === "string" && !reserved.test(name)) {
				throw new EdgeRuleBroken({ rule: "environment", trigger, found: `the function reads ${name}` });
			}
			return Reflect.get(target, name, receiver);
		},
	});
}

function trusted(trust: unknown): string[] {
	return trustShape
		.parse(trust)
		.Statement.filter(({ Effect }) => Effect === "Allow")
		.flatMap(({ Principal }) => Principal.Service);
}

const modeShape = z.looseObject({ Mode: z.string() });
const storageShape = z.looseObject({ Size: z.coerce.number() });

const functionShape = z.looseObject({
	Environment: z.looseObject({ Variables: z.record(z.string(), z.unknown()).optional() }).optional(),
	Runtime: z.string().optional(),
	MemorySize: z.coerce.number().optional(),
	Timeout: z.coerce.number().optional(),
});

const trustShape = z.looseObject({
	Statement: z.array(
		z.looseObject({
			Effect: z.string(),
			Principal: z.looseObject({ Service: z.union([z.array(z.string()), z.string()]).default([]) }),
		}),
	),
});
