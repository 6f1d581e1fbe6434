/** What CloudFormation allows: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const cloudformationLimits = {
	/** A template that stands in the request. */
	bodyBytes: 51_200,
	/** A template in S3. */
	objectBytes: 1_048_576,
	/** Events, or changes, of one answer; not published, seen in answers. */
	pageLength: 100,
} as const;
