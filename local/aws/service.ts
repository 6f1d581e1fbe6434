/** Who calls an emulated service: the access key id names the account. */
export interface Caller {
	/** Twelve digits. */
	accountId: string;
	region: string;
	/** The role under which the call is made; without one it is the account's own key, which may do everything. */
	principal?: Principal;
}

/** A role in a session. */
export interface Principal {
	/** `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
	arn: string;
	/** `arn:aws:iam::<account>:role/<path and role>`. */
	roleArn: string;
}

/** An error answer as AWS gives it: `name` is the wire code, e.g. `ConditionalCheckFailedException`. */
export class AwsError extends Error {
	readonly status: number;
	/** Further members of the error's wire shape, e.g. `CancellationReasons`. */
	readonly members: Record<string, unknown>;
	constructor(name: string, message: string, status = 400, members: Record<string, unknown> = {}) {
		super(message);
		this.name = name;
		this.status = status;
		this.members = members;
	}
}

/** A service that speaks awsJson: the request names `<target>.<Operation>` in `X-Amz-Target`. */
export interface JsonService {
	/** E.g. `AmazonSQS`. */
	target: string;
	contentType: "application/x-amz-json-1.0" | "application/x-amz-json-1.1";
	/** What is not listed here is answered 501, with its name. Throws AwsError. Parses its own input. */
	operations: Record<string, (input: unknown, caller: Caller) => unknown>;
}

/** A service that speaks REST-XML under a dated path, e.g. `/2013-04-01/`. */
export interface RestService {
	name: string;
	/** Path prefix that selects the service, with both slashes. */
	prefix: string;
	/** Throws AwsError; answers undefined for an operation that it does not know (501). */
	handle(request: RestRequest, caller: Caller): Promise<RestResponse | undefined>;
}

export interface RestRequest {
	method: string;
	/** Begins with the service's prefix; percent-encoding as received. */
	path: string;
	query: URLSearchParams;
	body: string;
	/** The If-Match header. */
	ifMatch?: string | undefined;
}

export interface RestResponse {
	/** The API's name for the operation, for counting and for faults, e.g. `ChangeResourceRecordSets`. */
	operation: string;
	status: number;
	headers?: Record<string, string>;
	body: string;
}

/** An EventBridge event as a service of AWS puts it on the default bus. */
export interface BusEvent {
	source: string;
	detailType: string;
	resources: string[];
	detail: unknown;
}

/** Puts an event of AWS's own on the default bus of `caller`'s account. Best effort, as at AWS. */
export type PutAwsEvent = (event: BusEvent, caller: Caller) => void;

/** Invokes a function by name or ARN, as the Lambda service would. */
export type InvokeFunction = (nameOrArn: string, payload: unknown) => Promise<InvokeResult>;

export type InvokeResult =
	| { ok: true; payload: unknown }
	/** The handler threw: `errorType` is the thrown error's name, as the Node.js runtime reports it. */
	| { ok: false; errorType: string; errorMessage: string; trace: string[] };
