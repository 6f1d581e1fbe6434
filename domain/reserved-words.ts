/** Labels, separated by white space, that are reserved for one reason. */
export interface ReservedGroup {
	/** Ends the sentence "'label' is …"; without a full stop. */
	because: string;
	labels: string;
}

/**
 * The kept list of labels that no tenant may have, each once, grouped by the reason that people are shown.
 * A word added here does not touch a tenant that has it already; a word taken out is free at once.
 */
export const reservedGroups: readonly ReservedGroup[] = [
	{
		because: "a name that programs look up by themselves, so that its owner could redirect them",
		labels: `
			acme-challenge autoconfig autodiscover bimi broadcasthost caa dkim dmarc dnssec domainconnect domainkey
			domainkeys ip6-localhost isatap localdomain localhost localnet loopback mta-sts mtasts openpgpkey spf
			tlsrpt tlsa well-known wellknown wpad`,
	},
	{
		// RFC 2142; certificate authorities take mail to some of these as proof of control (CA/B Baseline Requirements §3.2.2.4.4).
		because: "a mailbox name with a fixed meaning (RFC 2142), which certificate authorities and abuse desks rely on",
		labels: `
			abuse admin administrator administrators admins cert csirt dmca ftp-admin hostmaster hostmasters
			info list-request mailer-daemon mailerdaemon marketing news noc no-reply noreply postmaster postmasters
			psirt root security security-team soc ssladmin ssladministrator sslwebmaster sysadmin sysop trouble
			usenet uucp webmaster webmasters`,
	},
	{
		because: "kept for the platform's mail",
		labels: `
			bounce bounces e-mail email emails exchange feedback-loop imap imap4 imaps inbox list lists listserv mail
			mail1 mail2 mail3 mail4 mailbox mailboxes mailer mailgate mailgateway mailhost mailing mailinglist mailman
			mailout mails mailserver majordomo mta mx mx0 mx1 mx2 mx3 mx4 newsletter newsletters outbox outlook owa pop
			pop3 pop3s postfix relay roundcube sendmail smtp smtp1 smtp2 smtp-relay smtps spam submission unsubscribe
			webmail webmail2 zimbra`,
	},
	{
		because: "kept for the platform's name servers and network",
		labels: `
			bastion bgp dhcp dns dns0 dns1 dns2 dns3 dns4 firewall ftp ftps fw gateway gateways gw host hostname
			hostnames hosts ip ipsec ipv4 ipv6 jump jumpbox jumphost kerberos lan ldap ldaps link-local nameserver
			nameservers nat network networks nfs ns ns0 ns1 ns2 ns3 ns4 ns5 ns6 ns7 ns8 ns9 ntp ping proxies proxy
			radius rdap rdp resolver resolver1 resolver2 resolvers reverse-proxy router routers rsync samba sftp smb
			snmp socks ssh syslog telnet tftp time vnc vpc vpn vpn1 vpn2 vpns wan whois wifi wireguard`,
	},
	{
		because: "kept for the platform's own site",
		labels: `
			about about-us careers community contact contact-us customers developer developers docs documentation
			download downloads events faq features feedback forum forums guide guides handbook help help-center
			helpcenter helpdesk home homepage index intro jobs kb knowledge knowledgebase landing learn library
			manual newsroom newsfeed partner partners platform press pricing product products roadmap search site
			sites sitemap solutions start support support-center surveys team tour training trial tutorial tutorials
			welcome what-is-new wiki world ww www www0 www1 www2 www3 www4 wwww`,
	},
	{
		because: "kept for the platform's own pages and services",
		labels: `
			account accounts activate activation api api-docs api1 api2 api3 apis app app1 app2 apps application
			applications assets cache cdn cdn1 cdn2 cdn3 client clients config configuration connect console content
			control control-panel control-plane controlpanel controlplane cpanel custom-domains customer dashboard
			dashboards default default-origin domain domains edge edge1 edge2 edges embed endpoint endpoints export
			exports fallback files gql graphql health healthcheck healthz hostmaster-api hostmaster-edge
			hostmaster-status images img import imports incident incidents integration integrations inventory livez
			maintenance manage management manager map maps me media metrics my notification notifications object
			objects onboard onboarding openapi operation operations operator operators ops organisation organisations
			organization organizations origin origin1 origin2 origins panel photos plugin plugins portal portals
			preferences probe profile profiles project projects push queue readyz redirect redirects registry
			report reports rest rpc scim settings share shared slug slugs sock socket sockets soap static
			static1 static2 statics stats status status-page statuspage stream streaming subdomain subdomains swagger
			sync system systems task tasks tenant tenants tools tunnel tunnels ui upload uploads uptime user users
			video videos webapp webhook webhooks websocket websockets widget widgets workspace workspaces ws wss`,
	},
	{
		because: "kept for signing in: a page there would be trusted with passwords",
		labels: `
			2fa account-recovery auth auth0 auth1 auth2 authenticate authentication authenticator authn authorization
			authorize authz autologin captcha cas change-password credential credentials forgot forgot-password
			iam id identities identity idp invitation invite invites jwks jwt key keys keycloak log-in log-out login
			logins logoff logon logout magic-link mfa mfa-reset my-account myaccount oauth oauth2 oauth2-proxy oidc
			openid openid-connect otp passkey passkeys password passwords permissions pki recover recovery
			register registration reset reset-password roles saml saml2 secret secrets secure session sessions
			sign-in sign-on sign-out sign-up signed-in signin signon signout signup single-sign-on sso sts token
			tokens totp unlock verification verify webauthn`,
	},
	{
		because: "kept for money matters: a page there would be trusted with payments",
		labels: `
			bank banking billing bills buy cart cash checkout coupon coupons credit credit-card donate donations
			finance fund funds invoice invoices invoicing money order orders pay payment payments payout payouts
			payroll plan plans purchase purchases quote quotes receipt receipts refund refunds renew
			renewal revenue sale sales shop shopping store stores subscribe subscription subscriptions tax taxes
			transaction transactions transfer transfers treasury upgrade vat wallet wallets`,
	},
	{
		because: "kept for legal notices and for questions of trust",
		labels: `
			accessibility audit audits bug-bounty bugbounty complaint complaints compliance consent cookie-policy
			cookies copyright data-protection dispute disputes disclosure dpa dpo ethics fraud gdpr hipaa impressum
			imprint iso27001 law-enforcement legal legal-notice licence license licenses optout opt-out phishing
			policies policy privacy privacy-policy report-abuse responsible-disclosure safe safety scam sla soc2
			terms terms-of-service terms-of-use tos trademark trust trust-center trustcenter vulnerability whistleblower`,
	},
	{
		because: "the name of an environment, which people would take for the platform's own",
		labels: `
			acceptance alpha beta blue-green canary ci-test demo demos dev dev1 dev2 dev3 develop development disaster-recovery
			dr e2e early-access env environment experimental integration-test labs live load-test loadtest
			local localdev lts nightly nonprod nonproduction non-prod old perf performance playground pre-prod
			preprod preproduction preview previews prod prod1 prod2 production qa qa1 qa2 rc release releases rollback
			sandbox sandboxes sit stable stage stage1 stage2 staging staging1 staging2 standby temp test test1 test2
			test3 testing tests tmp uat uat1 uat2 unstable`,
	},
	{
		because: "kept for the platform's machinery",
		labels: `
			airflow alertmanager alerts ansible argocd artifactory artifacts aws azure backend backup backups
			bitbucket broker build builds bus chef ci cicd ci-cd cloudfront cluster clusters cname compute consul containers cron data
			database databases datadog db db1 db2 deploy deployment deployments docker ecs eks elastic
			elasticsearch etcd events-bus frontend gcp git github gitlab grafana graphite harbor haproxy infra
			infrastructure internal intranet extranet jaeger jenkins job kafka kibana kube kubernetes k8s lambda lb
			loadbalancer load-balancer log logger logging logs loki maven memcached mirror mirrors mongo mongodb
			monitor monitoring mqtt mysql nats nginx node node1 node2 nodes npm opensearch orchestrator otel packages
			pipeline pipelines postgres postgresql private prometheus puppet queues rabbitmq redis registry2
			replica replicas repo repos repository route53 runner runners s3 scheduler server server1 server2 server3
			servers service services sentry sonarqube sql sqs storage svn tempo terraform trace traces tracing
			traefik vault vcs web web1 web2 webserver worker workers zabbix zipkin zone zones`,
	},
	{
		because: "read by programs as a value or a file, not as a name",
		labels: `
			any com crossdomain edu example examples false favicon gov humans infinity invalid mil nan net nil none
			null org placeholder robots sample self test-tenant this true undefined unknown unnamed void xn`,
	},
	{
		because: "a name that people would take for someone who speaks for the platform",
		labels: `
			administration board ceo cfo ciso cto customer-care customer-service customer-success customer-support
			employee employees everybody everyone executive founder founders hr human-resources moderator
			moderators official officials owner owners pr public-relations representative service-desk servicedesk
			staff superadmin superuser supervisor`,
	},
	{
		because: "a product that people sign in to elsewhere, so that a page there could ask for its passwords",
		labels: `
			adobe airbnb alipay amazon amex android apple bankofamerica binance bitcoin chase citibank coinbase
			cloudflare discord docusign dropbox ebay facebook fedex github-login gmail google hotmail hsbc icloud instagram
			linkedin mastercard metamask microsoft netflix office365 okta onedrive paypal reddit salesforce shopify
			skype slack spotify steam stripe telegram tiktok twitter visa wellsfargo whatsapp windows yahoo youtube zoom`,
	},
	{
		because: "kept for the models and agents of the platform",
		labels:
			"agent agents ai assistant assistants bot bots chat chatbot copilot gpt inference llm mcp model models prompt prompts",
	},
];
