import { limits } from "../domain/limits.ts";
import { sleep } from "./sleep.ts";

/** What CloudFormation is told of a custom resource (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html). */
export interface ResourceAnswer {
	Status: "SUCCESS" | "FAILED";
	/** In plain words; cut where the whole would be too long. */
	Reason: string;
	PhysicalResourceId: string;
	StackId: string;
	RequestId: string;
	LogicalResourceId: string;
}

const tries = 5;
const tryMs = 5_000;
const firstPauseMs = 400;

/** The longest that an answer takes to be given, or to be given up. */
export const longestAnswerMs = tries * tryMs + firstPauseMs * (2 ** (tries - 1) - 1);

/** Answers at the URL that came with the request. Safe to repeat. Rejects when it cannot be reached, and when it takes nothing any more. */
export async function answerRequest(url: string, answer: ResourceAnswer): Promise<void> {
	const body = fitted(answer);
	for (let attempt = 1, pauseMs = firstPauseMs; ; attempt++, pauseMs *= 2) {
		try {
			return await put(url, body);
		} catch (error) {
			if (attempt === tries) throw error;
			await sleep(pauseMs);
		}
	}
}

/** The URL is signed for a PUT without a type of content. */
async function put(url: string, body: string): Promise<void> {
	const headers = { "content-type": "" };
	const { ok, status } = await fetch(url, { method: "PUT", headers, body, signal: AbortSignal.timeout(tryMs) });
	if (!ok) throw new Error(`CloudFormation's URL answered ${status}.`);
}

/** As JSON, within what CloudFormation takes; a reason is cut between characters. */
function fitted(answer: ResourceAnswer): string {
	const most = limits.customResourceAnswer.value;
	const characters = [...answer.Reason].slice(0, most);
	for (;;) {
		const body = JSON.stringify({ ...answer, Reason: characters.join("") });
		if (Buffer.byteLength(body) <= most || characters.length === 0) return body;
		characters.pop();
	}
}
