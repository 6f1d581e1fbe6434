/** A bound that somebody else set or that we promise: a number, what it counts, and where it is written down. */
export interface Limit {
	readonly value: number;
	readonly unit: string;
	/** URL of the document, or `ours: …` with the reason. */
	readonly source: string;
}

const rfc1035 = "https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4";
const route53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html";
const route53Throttling = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html";
const stepFunctions = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html";
const redrive = "https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html";
const sqs = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html";
const sqsLambda = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html";
const eventBridge = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html";
const transactWrite = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html";
const batchWrite = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html";
const dynamodb = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html";
const acm = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html";
const acmRequest = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html";
const acmDns = "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html";
const cloudFront = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html";
const accessLogs =
	"https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html#access-logs-timing";
const iam = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const customResources = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html";
const cloudFormation = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html";
const originPath =
	"https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html#lambda-event-structure-request";

function limit<const Value extends number>(value: Value, unit: string, source: string) {
	return { value, unit, source } as const satisfies Limit;
}

/** Every limit of the product, in one place: nothing else in the code states one of these numbers. */
export const limits = {
	dnsLabel: limit(63, "octets", rfc1035),
	/** 255 octets on the wire are 253 characters of text without the trailing dot. */
	dnsName: limit(253, "characters", rfc1035),
	/** Longest text that is looked at as a hostname; a name of 253 octets typed in Unicode is far shorter. */
	hostnameText: limit(1024, "characters", "ours: bounds the work that one request can ask for"),

	route53RequestBurst: limit(50, "requests", route53Throttling),
	route53RequestRate: limit(10, "requests per second", route53Throttling),
	/** `CreateHostedZone` has its own, smaller bucket. */
	route53CreateZoneBurst: limit(40, "requests", route53Throttling),
	route53CreateZoneRate: limit(2, "requests per second", route53Throttling),
	/** CREATE and DELETE cost one token, UPSERT two. */
	route53ChangeBurst: limit(1500, "change tokens", route53Throttling),
	route53ChangeRate: limit(100, "change tokens per second", route53Throttling),
	route53UpsertCost: limit(2, "change tokens", route53Throttling),
	/** An element of an UPSERT counts twice. */
	route53BatchElements: limit(1000, "ResourceRecord elements", route53),
	/** A character of an UPSERT counts twice. */
	route53BatchCharacters: limit(32_000, "characters of values", route53),
	route53ZoneRecords: limit(10_000, "records per hosted zone", route53),
	route53Zones: limit(500, "hosted zones per account", route53),

	iamRoleName: limit(64, "characters", iam),
	templateResources: limit(500, "resources per template", cloudFormation),
	/** Of a custom resource's answer, as it is sent. */
	customResourceAnswer: limit(4096, "bytes", customResources),
	/** How long a delegation may take until all of it has been seen. */
	delegationTime: limit(800, "seconds", "ours: what is left of Lambda's 900 is for the last look, and for the answer"),
	/** For so long a new role may be refused: rights take a moment to be known everywhere. */
	newRoleGrace: limit(30, "seconds", "ours: IAM is consistent in seconds as a rule"),
	delegationTtl: limit(300, "seconds", "ours: a wrong delegation is forgotten after five minutes"),
	/** While nobody has seen the delegation work. */
	unprovenDelegationTtl: limit(60, "seconds", "ours: what may be wrong is to be forgotten soonest"),
	/** Of a delegated zone: for so long resolvers believe that a name is not there. */
	negativeAnswerTtl: limit(60, "seconds", "ours: a tenant's name is asked for before it exists"),

	executionTime: limit(24, "hours", "ours: TimeoutSeconds of the state machines, which a redrive begins anew"),
	/** Two waits of seven days for a customer, and three for a certificate, with time for redrives. */
	attachmentTime: limit(720, "hours", "ours: TimeoutSeconds of attach-domain"),
	executionName: limit(80, "characters", stepFunctions),
	executionHistory: limit(25_000, "events", stepFunctions),
	executionPayload: limit(262_144, "bytes of input or output", stepFunctions),
	/** For so long a closed execution's name answers `ExecutionAlreadyExists`. */
	executionNameReuse: limit(90, "days", stepFunctions),
	startExecutionBurst: limit(1300, "requests", stepFunctions),
	startExecutionRate: limit(300, "requests per second", stepFunctions),
	redriveWindow: limit(14, "days after the execution closed", redrive),
	redriveHistory: limit(24_999, "events", redrive),

	sqsDelay: limit(900, "seconds", sqs),
	sqsBatch: limit(10, "messages", sqs),
	/** A visibility timeout is to be this many times the timeout of the function behind the queue. */
	sqsVisibilityFactor: limit(6, "function timeouts", sqsLambda),
	eventBridgeBatch: limit(10, "entries", eventBridge),
	transactWriteItems: limit(100, "actions", transactWrite),
	batchWriteItems: limit(25, "requests", batchWrite),
	dynamodbItem: limit(409_600, "bytes", dynamodb),

	certificateNames: limit(10, "names per certificate", acm),
	certificatesPerAccount: limit(2500, "certificates", acm),
	certificateRequestsPerYear: limit(5000, "requests", acm),
	/** Three attempts for each of its domains: no tenant alone uses up what ACM gives to all. */
	certificateRequestsPerTenant: limit(200, "requests in 365 days", "ours: 60 domains, and 4 % of the account's"),
	/** For so long a function takes what it was told of certificates: the platform's, which is checked to be good for 14 days more, and their number. */
	certificateView: limit(10, "seconds", "ours: fourteen days are not over in ten seconds"),
	acmDescribeRate: limit(10, "requests per second", acm),
	acmRequestRate: limit(5, "requests per second", acm),
	acmDeleteRate: limit(10, "requests per second", acm),
	acmListRate: limit(8, "requests per second", acm),
	/** Of a published rate, what the product uses: others call in the same account, and clocks differ. */
	rateShare: limit(
		60,
		"per cent",
		"ours: room for operators and other tools, and for turns that bunch where processors are busy",
	),
	/** Of the name that a certificate is requested for, a wildcard's star included: it is the common name too. */
	certificateFirstName: limit(64, "characters", acmRequest),
	/** Afterwards the certificate is `VALIDATION_TIMED_OUT` and stays so. */
	certificateValidation: limit(72, "hours", acmDns),
	/** A hostname is not put behind a certificate that ends sooner: managed renewal has had its 60 days by then. */
	certificateMinDaysLeft: limit(14, "days", "ours: below it renewal has failed and someone must look"),
	/** A tenant's request beyond this share of ACM's quotas is refused with the figure. */
	certificateQuotaShare: limit(80, "per cent", "ours: the rest is for renewals and for what operators have to mend"),
	/** From so much of a quota on, doctor calls it a fault. */
	quotaWarning: limit(80, "per cent", "ours: raising a quota takes AWS days"),

	cloudFrontAlternateNames: limit(100, "names per distribution", cloudFront),
	distributionTenants: limit(10_000, "distribution tenants per account", cloudFront),
	edgeResponse: limit(1_048_576, "bytes of an origin-request answer", cloudFront),
	edgeCodeSize: limit(52_428_800, "bytes of the packed edge function", cloudFront),
	/** A change of the tenant map (suspend, rename, another origin) is seen by all viewers after so long, while the map can be read. */
	edgePromise: limit(60, "seconds", "ours: docs/decisions/0014-edge-bound.md says of what it is the sum"),
	/** The cache policy's MaxTTL. An origin's `stale-while-revalidate` may count it twice. */
	edgeCacheMaxTtl: limit(20, "seconds", "ours: twice this and edgeEntryAge stay below edgePromise"),
	/** So old may a sandbox's entry of the map be that it routes by. */
	edgeEntryAge: limit(10, "seconds", "ours: a lookup in ten seconds costs little, and a change is soon seen"),
	/** So late an entry of the access log may come; most come within an hour. */
	accessLogDelay: limit(24, "hours", accessLogs),
	pathPrefix: limit(255, "characters", originPath),
	/** Deeper JSON is refused: what walks it level by level needs a stack for it. */
	jsonDepth: limit(64, "levels", "ours: nobody's settings are deeper, and every reader manages so many"),
	routesPerTenant: limit(10, "routes", "ours: the edge walks the list for every request"),

	idempotencyKeep: limit(24, "hours", "ours: longer than any caller's retries"),
	/** Dead letters are kept for 14 days, and a signup that is handled again after that must still find itself. */
	eventKeep: limit(15, "days", "ours: longer than the dead-letter queues keep a message"),
	/** How long a change is PENDING as a rule. */
	insync: limit(60, "seconds", "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html"),
	importLines: limit(10_000, "tenants an import", "ours: what one request can plan in its time"),
	/** Lambda takes 6 MB, and the gateway hands what is not text over in base64, a third longer. */
	importBody: limit(4_000_000, "characters", "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
	importKeep: limit(90, "days", "ours: who imported what is asked for in the weeks after"),
	webhooks: limit(50, "webhooks", "ours: every event is compared with each of them"),
	deliveryKeep: limit(30, "days", "ours: the delivery log"),
	/** A longer wait is the sweeper's: messages that lie in the queue on purpose would hide those that nobody takes. */
	deliveryDelay: limit(180, "seconds", "ours: below what the queue's age alarm allows for"),
	webhookPatience: limit(5, "days", "ours: a receiver that has taken nothing for so long is not told any more"),
	formerSecret: limit(24, "hours", "ours: receivers take the new secret up within that time"),
	formerSecrets: limit(4, "secrets that sign beside the newest", "ours: bounds the signatures of a request"),
	/** For so long an event waits for another operation of its tenant. */
	eventWait: limit(24, "hours", "ours: as long as an execution may take"),
	/** An event cannot have come about later than the bus took it, but for clocks that differ. */
	eventAhead: limit(5, "minutes", "ours: machines that keep time by NTP differ by less than a second"),
	/** Events of one second that are told apart; billing systems tell of one tenant once in a while. */
	eventsAtOnce: limit(20, "event ids", "ours: bounds what a tenant's row keeps"),
	/** For so long an event about a tenant that nobody knows waits for its signup. */
	eventBeforeSignup: limit(15, "minutes", "ours: events come in any order, seldom minutes apart"),
	/** Released names are offered to nobody else for so long (R4). */
	quarantine: limit(90, "days", "ours: caches, bookmarks and mail of the previous owner fade in that time"),
	customDomainsPerTenant: limit(
		60,
		"custom domains",
		`ours: all names of a tenant go in one transaction, ${transactWrite}`,
	),
	/** Tokens of attempts before that a diagnosis still tells from others'. */
	formerTokens: limit(10, "tokens", "ours: what is older is a stranger's as far as anyone can tell"),
	/** Domains that are not active yet; each is looked at 75 times, and nobody waits for the customer of so many. */
	pendingDomainsPerTenant: limit(10, "custom domains", "ours: bounds what one tenant can have looked up"),
	/** For so long a domain that leads elsewhere stays attached. */
	movedGrace: limit(14, "days", "ours: a mistake at the DNS provider is found in that time"),
	/** A way over more is reported: some resolvers give up after so many. */
	cnameChain: limit(
		8,
		"CNAMEs",
		"ours: where resolvers in use gave up (https://github.com/NLnetLabs/unbound/issues/438)",
	),
	/** Of one look at a custom domain. */
	observation: limit(10, "seconds", "ours: callers of POST …/verify wait for it"),
	/** Between two looks that a customer asks for. */
	verifyInterval: limit(10, "seconds", "ours: DNS answers do not change faster, and each look asks several servers"),
	quarantineShown: limit(20, "names that doctor tells", "ours: what is nobody's fault must not hide what is"),
	formerHostnames: limit(
		5,
		"names that redirect",
		"ours: all of a tenant's names change in one transaction and one batch",
	),
	/** For so long a renamed slug answers with a redirect. */
	renameRedirect: limit(30, "days", "ours: search engines and callers follow within that time"),
	reconciliationSafeCount: limit(10, "hostnames", "ours: so few may always be repaired, however small the fleet"),
	/** A plan that would repair more is unsafe, as in octoDNS (https://github.com/octodns/octodns). */
	reconciliationSafeShare: limit(
		30,
		"per cent of the hostnames",
		"ours: beyond it the reading is likelier to be wrong",
	),
	reconciliationRepairs: limit(200, "repairs begun by one run", "ours: leaves the quotas to what tenants ask for"),
	reconciliationShown: limit(1000, "findings in an answer", "ours: far below the gateway's 10 MB"),
	/** IANA's list of registries has some hundred kilobytes, an answer about a domain a few. */
	rdapDocument: limit(4_000_000, "bytes", "ours: a registry that answers without end must not fill the memory"),
	/** For so long decoders read the previous version of an input or message (R12). */
	oldVersionsRead: limit(30, "days", "ours: longer than an execution can be redriven"),
} as const;
