import { randomUUID } from "node:crypto";
import type { Caller, InvokeFunction, InvokeResult } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import { asFunction } from "../iam/calling-function.ts";
import { createLane } from "../lane.ts";
import { sharedEnvironment } from "./environment.ts";
import { functionNameIn, functionOf, type LambdaFunction } from "./function.ts";
import type { LambdaContext, ResolveHandler } from "./handlers.ts";
import { createInvocations, type Invocation, type Invocations } from "./invocations.ts";
import { failure, returned, thrown } from "./outcome.ts";
import { captureOutput, withOutput } from "./output.ts";

export interface LambdaOptions {
	resolveHandler: ResolveHandler;
	clock: Clock;
	/** Whose functions these are. */
	caller: Caller;
	/** What the runtime itself provides: `AWS_REGION`, credentials, `AWS_ENDPOINT_URL`. */
	environment: Record<string, string>;
	/** Takes what handlers write; never the terminal. */
	log: (entry: { functionName: string; requestId: string; text: string }) => void;
	faults?: Pick<Faults, "shouldCrash">;
	/** How many invocations run at once, of whatever functions; the others wait, and their time does not begin. Any number unless told. */
	atOnce?: number;
}

/** Runs functions in this process, also several invocations of one function at once. */
export interface Lambda {
	/** Takes in the resolved properties of an `AWS::Lambda::Function`. Throws when its environment contradicts another's. */
	addFunction(properties: unknown): LambdaFunction;
	/** Lets its variables take other values, since those of a new deployment come function by function. */
	release(functionName: string): void;
	/** Safe to repeat; what runs goes on. */
	removeFunction(functionName: string): void;
	functions(): readonly LambdaFunction[];
	/** The ARN that a function of this name has, whether it is there or not. */
	arnOf(functionName: string): string;
	/** Never rejects: what goes wrong is in the answer. A function that is not there is `Lambda.ResourceNotFoundException`. */
	invoke: InvokeFunction;
	/** Invocations so far, by function name. */
	invocations(): Record<string, number>;
	/** The invocation of that request id, while its code runs. */
	invocation(requestId: string): Invocation | undefined;
	/** Tells of every invocation that begins. Answers how to end that. */
	listen: Invocations["listen"];
	/** Puts environment and console back. Invocations that still run are not waited for. */
	close(): void;
}

export function createLambda(options: LambdaOptions): Lambda {
	const { caller, faults } = options;
	const lane = createLane(options.atOnce ?? Number.POSITIVE_INFINITY);
	const functions = new Map<string, LambdaFunction>();
	const counts: Record<string, number> = {};
	const invocations = createInvocations();
	const environment = sharedEnvironment();
	environment.add("the runtime", options.environment);
	const release = captureOutput();
	const arnOf = (name: string) => `arn:aws:lambda:${caller.region}:${caller.accountId}:function:${name}`;

	async function invoke(nameOrArn: string, payload: unknown): Promise<InvokeResult> {
		const name = functionNameIn(nameOrArn);
		const fn = functions.get(name);
		if (!fn) return failure("Lambda.ResourceNotFoundException", `Function not found: ${arnOf(name)}`);
		return await new Promise((resolve, reject) => {
			lane(() => begun(name, fn, payload).then(resolve, reject));
		});
	}

	async function begun(name: string, fn: LambdaFunction, payload: unknown): Promise<InvokeResult> {
		counts[name] = (counts[name] ?? 0) + 1;
		const requestId = randomUUID();
		const text = JSON.stringify(payload ?? null);
		const crash = faults?.shouldCrash({ functionName: name, payload: text });
		if (crash === "before") return exited(requestId);
		const dieAfterCalls = typeof crash === "number" ? crash : undefined;
		const { died } = invocations.begin(requestId, { functionName: name, payload: text, dieAfterCalls });
		const result = await Promise.race([
			run(fn, arnOf(name), text, requestId, options, () => invocations.end(requestId)),
			died.then(() => exited(requestId)),
		]);
		return crash === "after" ? exited(requestId) : result;
	}

	return {
		addFunction(properties) {
			const fn = functionOf(properties);
			environment.release(fn.name);
			environment.add(fn.name, fn.environment);
			functions.set(fn.name, fn);
			return fn;
		},
		release: environment.release,
		removeFunction(functionName) {
			environment.release(functionName);
			functions.delete(functionName);
		},
		functions: () => [...functions.values()],
		arnOf,
		invoke,
		invocations: () => ({ ...counts }),
		invocation: invocations.of,
		listen: invocations.listen,
		close() {
			release();
			environment.restore();
		},
	};
}

/** One invocation, up to the function's timeout on the clock. A handler that is late goes on, unheard, until `onEnd`. */
async function run(
	fn: LambdaFunction,
	arn: string,
	payload: string,
	requestId: string,
	{ clock, log, resolveHandler }: LambdaOptions,
	onEnd: () => void,
): Promise<InvokeResult> {
	const deadlineMs = clock.now() + fn.timeoutSeconds * 1000;
	const context = contextOf(fn, arn, requestId, () => Math.max(0, deadlineMs - clock.now()));
	const event: unknown = JSON.parse(payload);
	const work = withOutput(
		(text) => log({ functionName: fn.name, requestId, text }),
		async () => {
			try {
				const handler = await resolveHandler(fn.handler);
				return returned(await asFunction(fn.name, () => handler(event, context), requestId));
			} catch (error) {
				return thrown(error);
			}
		},
	);
	return await new Promise((resolve) => {
		const cancel = clock.at(deadlineMs, () => {
			const told = `RequestId: ${requestId} Error: Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds`;
			resolve(failure("Sandbox.Timedout", told));
		});
		void work.then((result) => {
			onEnd();
			cancel();
			resolve(result);
		});
	});
}

function exited(requestId: string): InvokeResult {
	return failure("Runtime.ExitError", `RequestId: ${requestId} Error: Runtime exited with error: exit status 129`);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(fn: LambdaFunction, arn: string, requestId: string, remaining: () => number): LambdaContext {
	return {
		awsRequestId: requestId,
		functionName: fn.name,
		functionVersion: "$LATEST",
		invokedFunctionArn: arn,
		memoryLimitInMB: String(fn.memoryMegabytes),
		logGroupName: `/aws/lambda/${fn.name}`,
		logStreamName: "local",
		callbackWaitsForEmptyEventLoop: true,
		getRemainingTimeInMillis: remaining,
	};
}
