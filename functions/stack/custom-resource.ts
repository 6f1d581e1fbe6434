import { z } from "zod";
import { answerRequest } from "../../services/custom-resource-answer.ts";
import { logger } from "../../services/log.ts";

/** What CloudFormation asks of a custom resource (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html). */
const requestSchema = z.object({
	RequestType: z.enum(["Create", "Update", "Delete"]),
	ResponseURL: z.url(),
	StackId: z.string(),
	RequestId: z.string(),
	LogicalResourceId: z.string(),
	/** As it was answered to the Create; CloudFormation makes one up when there was no answer. */
	PhysicalResourceId: z.string().optional(),
	ResourceProperties: z.unknown(),
});
export type ResourceRequest = z.infer<typeof requestSchema>;

/** How a request ended. */
export interface ResourceEnd {
	/** Another one than before makes CloudFormation delete the resource of before. */
	physicalId: string;
	/** Why it failed, in plain words; absent when it did not. */
	failed?: string;
}

/**
 * A function that owns a custom resource. It answers whatever `act` throws, since CloudFormation waits as long as the resource's
 * ServiceTimeout else. It may be called twice with one request.
 */
export function defineCustomResource(
	act: (request: ResourceRequest) => Promise<ResourceEnd>,
): (event: unknown) => Promise<void> {
	return async (event) => {
		const request = requestSchema.parse(event);
		const { RequestType, StackId, RequestId, LogicalResourceId } = request;
		const { physicalId, failed } = await act(request).catch((error: unknown): ResourceEnd => {
			logger.error("A custom resource failed.", { LogicalResourceId, RequestId, error });
			const detail = error instanceof Error ? error.message : String(error);
			// Not the resource's own: what was made, if anything, is not known.
			return { physicalId: request.PhysicalResourceId ?? `${LogicalResourceId}/${RequestId}`, failed: detail };
		});
		logger.info("A custom resource is answered.", { LogicalResourceId, RequestType, physicalId, failed });
		await answerRequest(request.ResponseURL, {
			Status: failed === undefined ? "SUCCESS" : "FAILED",
			Reason: failed ?? "",
			...{ PhysicalResourceId: physicalId, StackId, RequestId, LogicalResourceId },
		});
	};
}
