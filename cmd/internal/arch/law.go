package arch

// Patterns name packages by their path in the module: "sync/store" is one
// package, "sync/store/..." is it and everything below.

// A row says what the packages of one kind may import of ours. The first row
// that matches a package counts. Packages of one owner (see ownerOf) may always
// import each other.
type row struct {
	of  []string
	may []string
	why string // completes "…: " in the message, and says what to do instead
}

// ground is the vocabulary that everybody shares: types, no I/O.
var ground = []string{
	"sync/fault", "sync/access", "sync/record", "sync/action", "sync/change",
	"sync/remote", "sync/run", "sync/delivery", "sync/notice", "sync/audit", "sync/approval", "sync/apikey", "sync/work", "sync/visibility", "sync/authority", "sync/likeness", "sync/mapping", "sync/valid",
}

// spoken is the part of the ground that a connector needs.
var spoken = []string{"sync/record", "sync/action", "sync/remote", "sync/fault", "sync/valid"}

// shown is the part of the ground that a page needs.
var shown = []string{"sync/access", "sync/record", "sync/action", "sync/approval", "sync/work", "sync/visibility", "sync/authority", "sync/notice", "sync/fault"}

var upper = []string{
	"sync/schedule/...", "sync/pull/...", "sync/push/...", "sync/intake/...", "sync/webhook/...", "sync/notify/...",
}

var table = []row{
	{
		of: []string{"sync/access/grant"}, may: append([]string{"sync/access/internal/..."}, ground...),
		why: "the mint of scopes imports only ground",
	},
	{
		of: append([]string{"sync/access/internal/..."}, ground...), may: append([]string{"sync/access/internal/..."}, ground...),
		why: "ground imports only ground; put what does I/O on the middle floor",
	},
	{
		of:  []string{"sync/store/...", "sync/bus/...", "sync/jobs/...", "sync/vault/...", "sync/egress/...", "sync/files/..."},
		may: ground,
		why: "the middle floor imports only ground, so that each mechanism can be replaced alone",
	},
	{
		of:  []string{"sync/redistest"},
		why: "the servers for tests import nothing of ours, so that every test may use them",
	},
	{
		of: upper, may: append([]string{"sync/access/grant"}, ground...),
		why: "the upper floor imports only ground: declare the small interface you need, cmd/internal/app plugs it",
	},
	{
		of: []string{"connectors/rest/...", "connectors/manifest/..."}, may: spoken,
		why: "the connector's tools import only record, action, remote, fault and valid",
	},
	{
		of: []string{"connectors/engine/..."}, may: append([]string{"connectors/rest/...", "connectors/manifest/..."}, spoken...),
		why: "the engine imports only rest, manifest and the connector's ground",
	},
	{
		of: []string{"connectors/own"}, may: append([]string{"connectors/engine/...", "connectors/manifest/..."}, spoken...),
		why: "the administrator's own connectors are manifests: only manifest, engine and the connector's ground",
	},
	{
		of: []string{"connectors/tape", "connectors/skeleton"}, may: spoken,
		why: "recordings and beginnings of connectors know only the connector's ground",
	},
	{
		of: []string{"connectors/rehearsal"}, may: append([]string{"connectors/engine/...", "connectors/manifest/...", "connectors/rest/...", "connectors/tape"}, spoken...),
		why: "a rehearsal plays a manifest against its tape: only engine, manifest, rest, tape and the connector's ground",
	},
	{
		of: []string{"connectors/native/..."}, may: append([]string{"connectors/rest/..."}, spoken...),
		why: "a native connector imports only rest and the connector's ground, never a sibling",
	},
	{
		of:  []string{"connectors/vendorfake/...", "connectors/connectortest/..."},
		may: append([]string{"connectors/..."}, ground...),
		why: "fakes and the conformance kit import only connectors and ground",
	},
	{
		of: []string{"connectors", "connectors/catalog/..."}, may: append([]string{"connectors/catalog/...", "connectors/engine/...", "connectors/manifest/...", "connectors/native/...", "connectors/rest/..."}, spoken...),
		why: "the catalogue imports only what connectors are made of",
	},
	{
		of: []string{"portal/form/...", "portal/live/..."}, may: ground,
		why: "this part of the portal imports only ground",
	},
	{
		// A key is to a program what a cookie is to a browser: here it becomes a scope.
		of: []string{"portal/api/..."}, may: append([]string{"portal/session", "sync/access/grant"}, ground...),
		why: "the API imports only ground, the session's border and the mint of scopes",
	},
	{
		of: []string{"portal/ui/..."}, may: append([]string{"portal/form"}, ground...),
		why: "components import only ground and form, which names the fields they mark",
	},
	{
		// The adapter turns a fault into a page, and a page is drawn by ui.
		of: []string{"portal/session/..."}, may: append([]string{"portal/ui/...", "sync/access/grant"}, ground...),
		why: "the session imports only ground, the mint of scopes and ui",
	},
	{
		of: []string{"portal/signin/..."}, may: append([]string{"portal/session", "portal/ui/...", "portal/form"}, ground...),
		why: "signing in imports only ground, session, ui and form",
	},
	{
		of: []string{"portal"}, may: append([]string{"portal/..."}, ground...),
		why: "the table of routes imports only pages and ground",
	},
	{
		of: []string{"portal/portaltest/..."}, may: append([]string{"portal/...", "sync/access/grant"}, ground...),
		why: "the portal's test kit imports only the portal and ground",
	},
	{
		of: []string{"portal/admin/..."}, may: append([]string{"sync/remote", "sync/apikey", "sync/delivery", "sync/run", "sync/likeness", "sync/mapping", "portal/session", "portal/ui/...", "portal/form"}, shown...),
		why: "the administrator's pages import only access, record, action, approval, fault, remote, apikey, delivery, run, likeness, mapping, session, ui and form",
	},
	{
		// The first run asks for what is asked for elsewhere, by the same rules.
		of: []string{"portal/setup"}, may: append([]string{"portal/session", "portal/ui/...", "portal/form", "portal/admin/settings", "portal/signin/password"}, shown...),
		why: "the first run imports only what pages may, the branding and the rules of passwords",
	},
	{
		of: []string{"portal/..."}, may: append([]string{"portal/session", "portal/ui/...", "portal/form"}, shown...),
		why: "a page imports only access, record, action, approval, notice, fault, session, ui and form: declare the small interface you need",
	},
	{
		of:  []string{"config"},
		why: "config imports nothing of ours, so that nothing of ours can depend on how it is set up",
	},
	{
		of: []string{"cmd/..."}, may: []string{"..."},
		why: "cmd holds every key",
	},
}

// A lock says who alone may import a package of ours. Tests may, too, where
// tests is true.
type lock struct {
	on    string
	only  []string
	tests bool
	why   string
}

var locks = []lock{
	{
		on: "sync/access/grant", only: append([]string{"portal/session/...", "portal/api", "portal/portaltest/...", "cmd/..."}, upper...), tests: true,
		why: "only the session, the API and the upper floor mint scopes; take a Scope as a parameter",
	},
	{
		on: "config", only: []string{"cmd/..."},
		why: "only cmd knows the configuration; take a small Options",
	},
	{
		on: "connectors/vendorfake/...", only: []string{"cmd/...", "connectors/connectortest/..."}, tests: true,
		why: "fakes are for tests, the demo and the benchmark",
	},
	{
		on: "connectors/connectortest/...", tests: true,
		why: "the conformance kit is for tests",
	},
	{
		on: "sync/store/storetest", tests: true,
		why: "databases of tests are for tests",
	},
	{
		on: "sync/redistest", tests: true,
		why: "these servers are for tests",
	},
	{
		on: "portal/portaltest/...", tests: true,
		why: "the portal's test kit is for tests",
	},
}

// libraries hides each library of the house in the packages named here.
var libraries = []struct {
	prefix string
	only   []string // outside tests; none means tests only
}{
	{"github.com/gorilla/mux", []string{"portal/..."}},
	{"github.com/a-h/templ", []string{"portal/...", "cmd/bench"}},
	{"github.com/microcosm-cc/bluemonday", []string{"portal/ui/..."}},
	{"github.com/uptrace/bun", []string{"sync/store/..."}},
	{"modernc.org/sqlite", []string{"sync/store/..."}},
	{"github.com/jackc/pgx", []string{"sync/store/...", "cmd/bench"}},
	{"github.com/ThreeDotsLabs/watermill", []string{"sync/bus/..."}},
	{"github.com/hibiken/asynq", []string{"sync/jobs/..."}},
	{"github.com/alicebob/miniredis", []string{"sync/jobs/..."}},
	{"github.com/redis/go-redis", []string{"sync/jobs/...", "sync/bus/...", "sync/redistest"}},
	{"github.com/go-playground/validator", []string{"sync/valid", "config"}},
	{"github.com/goccy/go-yaml", []string{"connectors/manifest/..."}},
	{"github.com/expr-lang/expr", []string{"connectors/manifest/...", "connectors/engine/..."}},
	{"github.com/santhosh-tekuri/jsonschema", []string{"connectors/manifest/..."}},
	{"github.com/getkin/kin-openapi", []string{"connectors/connectortest/...", "connectors/vendorfake/..."}},
	{"github.com/teambition/rrule-go", []string{"connectors/native/caldav/ical"}},
	{"github.com/wneessen/go-mail", []string{"sync/notify/..."}},
	{"golang.org/x/image", []string{"portal/admin/settings"}},
	{"code.dny.dev/ssrf", []string{"sync/egress/..."}},
	{"github.com/standard-webhooks", []string{"sync/webhook/..."}},
	{"github.com/knadh/koanf", []string{"config"}},
	{"rsc.io/qr", []string{"portal/signin/totp"}},
	{"filippo.io/age", []string{"cmd/internal/backup"}},
	{"github.com/prometheus", []string{"cmd/internal/gauges"}},
	{"github.com/spf13/cobra", []string{"cmd/..."}},
	{"golang.org/x/term", []string{"cmd/..."}},
	{"github.com/PuerkitoBio/goquery", []string{"portal/portaltest/..."}},
	{"pgregory.net/rapid", nil},
}

// stdNames are packages that may have the name of a standard one, with why.
var stdNames = map[string]string{}

// bannedNames say nothing about what a package is for.
var bannedNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "models", "misc", "base", "shared", "sync"}

// longFiles are files above maxLines, with why they may be.
var longFiles = map[string]string{}

// maxLines is where a file holds more than one idea.
const maxLines = 400
