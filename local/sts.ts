import { principalHeader, printPrincipal } from "./aws/credentials.ts";
import { forward } from "./aws/forward.ts";
import { escapeXml, type QueryService } from "./aws/query.ts";
import { AwsError, type Caller } from "./aws/service.ts";
import type { Iam } from "./iam/iam.ts";
import type { Sessions } from "./iam/sessions.ts";

export interface StsOptions {
	/** Whose roles are assumed here. */
	caller: Caller;
	iam: Pick<Iam, "trusts">;
	sessions: Sessions;
	/** AWS endpoints of other accounts, by account id: they are asked for their own roles. */
	peers: Readonly<Record<string, string>>;
}

const roleArn = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/;

/**
 * STS as far as we call it. A role is assumed when its own policies of trust let the caller in; that the caller's own policies let it
 * ask has been looked at before. At AWS a trust that names a role of the same account needs no second right; here it does.
 */
export function createSts({ caller: home, iam, sessions, peers }: StsOptions): { service: QueryService } {
	const operations: QueryService["operations"] = {
		GetCallerIdentity(_, caller) {
			const arn = caller.principal?.arn ?? rootOf(caller);
			return `<Arn>${arn}</Arn><UserId>${caller.accountId}</UserId><Account>${caller.accountId}</Account>`;
		},
		AssumeRole(form, caller) {
			const asked = assumeRoleIn(form);
			const peer = asked.accountId === home.accountId ? undefined : peers[asked.accountId];
			if (peer !== undefined) {
				return forward(onBehalfOf(caller, form), peer).catch((cause: unknown) => {
					throw new AwsError("ServiceUnavailable", `The account ${asked.accountId} does not answer: ${cause}`, 503);
				});
			}
			const by = caller.principal?.arn ?? rootOf(caller);
			const asker = {
				accountId: caller.accountId,
				arn: by,
				principalArn: caller.principal?.roleArn ?? by,
				sessionName: asked.session,
				externalId: form.get("ExternalId") ?? undefined,
			};
			if (!iam.trusts(asked.arn, asker)) {
				const told = `User: ${by} is not authorized to perform: sts:AssumeRole on resource: ${asked.arn}`;
				throw new AwsError("AccessDenied", told, 403);
			}
			const arn = `arn:aws:sts::${asked.accountId}:assumed-role/${asked.roleName}/${asked.session}`;
			const made = sessions.open({ arn, roleArn: asked.arn }, asked.accountId, asked.seconds);
			return (
				`<Credentials><AccessKeyId>${made.accessKeyId}</AccessKeyId><SecretAccessKey>${made.secretAccessKey}</SecretAccessKey>` +
				`<SessionToken>${escapeXml(made.sessionToken)}</SessionToken>` +
				`<Expiration>${new Date(made.expirationMs).toISOString()}</Expiration></Credentials>` +
				`<AssumedRoleUser><AssumedRoleId>AROALOCAL:${asked.session}</AssumedRoleId><Arn>${arn}</Arn></AssumedRoleUser>`
			);
		},
	};
	return { service: { name: "sts", namespace: "https://sts.amazonaws.com/doc/2011-06-15/", operations } };
}

/** Reads the request. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assumeRoleIn(form: URLSearchParams) {
	const arn = form.get("RoleArn") ?? "";
	const [, accountId, roleName] = roleArn.exec(arn) ?? [];
	if (!accountId || !roleName) throw new AwsError("ValidationError", `${arn} is invalid`);
	const session = form.get("RoleSessionName") ?? "";
	if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
		const told = `Value '${session}' at 'roleSessionName' failed to satisfy constraint: 2 to 64 characters of [\\w+=,.@-]`;
		throw new AwsError("ValidationError", told);
	}
	// An hour is what a role allows unless its MaxSessionDuration says otherwise, which none of ours does.
	const seconds = Number(form.get("DurationSeconds") ?? 3_600);
	if (!(seconds >= 900 && seconds <= 3_600)) {
		throw new AwsError(
			"ValidationError",
			`Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: 900 to 3600`,
		);
	}
	if (form.has("Policy") || form.has("PolicyArns.member.1.arn")) {
		throw new AwsError("NotImplemented", "The embedded cloud does not emulate session policies.", 501);
	}
	return { arn, accountId, roleName, session, seconds };
}

/** The same question, as this front asks it of the role's own account. */
function onBehalfOf(caller: Caller, form: URLSearchParams) {
	const credential = `Credential=LOCAL${caller.accountId}/20260101/${caller.region}/sts/aws4_request`;
	return {
		method: "POST",
		path: "/",
		headers: {
			"content-type": "application/x-www-form-urlencoded",
			authorization: `AWS4-HMAC-SHA256 ${credential}`,
			[principalHeader]: printPrincipal(caller.principal, rootOf(caller)),
		},
		body: Buffer.from(form.toString()),
	};
}

function rootOf({ accountId }: Caller): string {
	return `arn:aws:iam::${accountId}:root`;
}
