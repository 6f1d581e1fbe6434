import { type KnownDifference, stateDifferences } from "./differences-states.ts";

/** Where an implementation does otherwise than AWS documents; the check names the page. */
export interface Difference {
	check: string;
	backend: string;
	/** Part of what the check says there, so that another failure is no known difference. */
	seen: string;
	/** What the implementation does. */
	does: string;
	/** What the documentation says. */
	documented: string;
}

const takesAll = ["was not refused", "takes it"] as const;
const refusesOtherwise = ["refused with InvalidInput", "refuses it with InvalidInput"] as const;
const keepsCase = ["0 !== 1", "keeps names as they were written"] as const;
const keepsWildcard = ["0 !== 1", "lists it as it was written, with an asterisk"] as const;
const invalidBatch = "a batch that breaks a rule of its zone is an InvalidChangeBatch";

const route53: readonly KnownDifference[] = [
	{ check: "a batch is carried out whole or not at all", documented: invalidBatch, moto: refusesOtherwise },
	{ check: "DELETE of what is not there is refused", documented: invalidBatch, moto: refusesOtherwise },
	{ check: "DELETE has to name the values that stand", documented: invalidBatch, moto: refusesOtherwise },
	{
		check: "an unknown change is refused with NoSuchChange",
		documented: "a change with the specified change ID does not exist: NoSuchChange",
		moto: ["was not refused", "answers INSYNC for every id"],
	},
	{
		check: "a wildcard is listed as \\052, and both forms name it",
		documented:
			"what is no letter, digit, hyphen or underscore is returned as an escape code, however it was specified",
		moto: keepsWildcard,
		ministack: keepsWildcard,
	},
	{
		check: "names are kept in lower case, with a dot at their end",
		documented: "alphabetic characters are stored as lower-case letters, however they were specified",
		moto: keepsCase,
		ministack: keepsCase,
	},
	{
		check: "a CNAME beside another record set is refused",
		documented: "where a CNAME is, no other record of that name can be made",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "a CNAME at the apex is refused",
		documented: "a CNAME cannot be made for the top node of a DNS namespace, the zone apex",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "the SOA at the apex cannot be deleted",
		documented: "a hosted zone has its NS and SOA, which are not to be deleted",
		moto: refusesOtherwise,
		ministack: ["was not refused", "deletes it"],
	},
	{
		check: "a name outside the zone is refused",
		documented: "the name of a record set is the zone's, or one beneath it",
		ministack: takesAll,
	},
	{
		check: "a value that is no address is refused",
		documented: "the value of an A record is an IPv4 address in dotted decimal notation",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "more than 1,000 records in a batch are refused",
		documented: "a request has at most 1,000 ResourceRecord elements",
		ministack: takesAll,
	},
	{
		check: "a caller reference makes one zone only",
		documented: "a request with a CallerReference that was used before is refused with HostedZoneAlreadyExists",
		moto: ["was not refused", "makes a second zone"],
		ministack: ["was not refused", "makes a second zone"],
	},
];

const acm: readonly KnownDifference[] = [
	{
		check: "a requested certificate tells the CNAME that proves each name",
		documented: "the CNAME's name is an underscore and a token before the domain's",
		ministack: ["_acme-challenge", "names it _acme-challenge for every certificate"],
	},
	{
		check: "a certificate is PENDING_VALIDATION as long as its record does not stand",
		documented: "ACM issues a certificate once it has found the CNAME in DNS",
		moto: ["+ 'ISSUED'", "issues after a time, without a look at DNS"],
		ministack: ["+ 'ISSUED'", "issues at once, without a look at DNS"],
	},
	{
		check: "the same token and names within an hour ask for the same certificate",
		documented: "with the same idempotency token within one hour ACM issues one certificate only",
		ministack: ["strictly equal", "ignores the token"],
	},
	{
		check: "a list leaves out elliptic keys that it was not asked for",
		documented: "by default only RSA_1024 and RSA_2048 are returned",
		moto: ["+ {", "lists every certificate"],
		ministack: ["+ {", "lists every certificate"],
	},
	{
		check: "a name that is none is refused",
		documented: "DomainName has to match the pattern of a domain name",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "more names than the quota of ten are refused with LimitExceededException",
		documented: "a certificate has ten names by default; beyond a quota ACM answers LimitExceededException",
		ministack: takesAll,
	},
	{
		check: "a certificate that a tenant uses cannot be deleted",
		documented: "a certificate that another service uses is refused with ResourceInUseException",
		ministack: ["was not refused", "deletes it"],
	},
	{
		check: "the DNS of a domain that leads nowhere is no valid configuration",
		documented: "it is checked whether the name leads to the connection group's routing endpoint",
		ministack: ["'valid-configuration'", "says that every configuration is valid"],
	},
];

const dynamodb: readonly KnownDifference[] = [
	{
		check: "an expression that names a value that is not given is refused",
		documented: "what an expression uses has to be given: ValidationException",
		moto: ["SyntaxError", "fails with HTTP 500"],
	},
	{
		check: "a batch puts and deletes up to 25 items, and leaves nothing undone",
		documented: "a batch with the same item twice is refused whole",
		moto: ["was not refused", "takes an item twice"],
	},
	{
		check: "a transaction's token makes its repetition harmless",
		documented: "calls with the same ClientRequestToken have the effect of one",
		moto: ["2 !== 1", "ignores the token"],
	},
	{
		check: "a transaction's token with another request is refused",
		documented: "the same token with other parameters is an IdempotentParameterMismatch",
		moto: ["was not refused", "ignores the token"],
	},
];

const all: readonly KnownDifference[] = [...route53, ...acm, ...dynamodb, ...stateDifferences];

/** Every known difference. In each of them the documentation is right, and the embedded cloud does as it says. */
export const differences: readonly Difference[] = all.flatMap(({ check, documented, ...on }) =>
	Object.entries(on).map(([backend, [seen, does]]) => ({ check, backend, seen, does, documented })),
);
