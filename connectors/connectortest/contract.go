package connectortest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"portico/sync/remote"
)

// SpecsVariable names the folder with the vendors' OpenAPI files. They are not ours
// to pass on, so whoever has them says where.
const SpecsVariable = "PORTICO_TEST_SPECS"

// Contract holds every request that passes to what the vendor's own OpenAPI file
// says of it: path, parameters, body. It is a transport to put under a connection.
type Contract struct {
	t      testing.TB
	router routers.Router
	next   http.RoundTripper
	base   string // path before the one that the file names

	mu      sync.Mutex
	seen    map[string]bool // operations that were asked
	ignored []string
}

// RunContract has a connector do all that it can, over its fake, and holds every
// request to the vendor's file: check, discovery, each stream in each mode, and each
// action once.
func RunContract(t *testing.T, target Target, file, base string, ignored ...string) {
	t.Helper()
	contract := NewContract(t, file, base, ignored...)
	b := newBench(t, target)
	b.line.next = contract
	if report := b.connector.Check(t.Context(), b.conn); !report.OK {
		t.Errorf("check: %+v", report)
	}
	if _, err := b.connector.Discover(t.Context(), b.conn); err != nil {
		t.Errorf("discover: %v", err)
	}
	b.settleAll(t)
	b.clock.Advance(time.Hour)
	b.settleAll(t) // with cursors
	for _, st := range b.connector.Spec().Streams {
		if st.Census > 0 {
			if err := b.pull(t.Context(), &run{stream: st.Name, mode: remote.Census}); err != nil {
				t.Errorf("census of %s: %v", st.Name, err)
			}
		}
	}
	for _, act := range b.system.Acts {
		actOnce(t, b, act)
	}
}

// NewContract reads a file of the folder; it skips the test when there is none.
// base is what stands before the file's paths; ignored are parts of addresses that the
// file does not know although the vendor documents them, or, after a question mark,
// names of parameters.
func NewContract(t testing.TB, file, base string, ignored ...string) *Contract {
	t.Helper()
	folder := os.Getenv(SpecsVariable)
	if folder == "" {
		t.Skipf("%s names no folder with the vendors' OpenAPI files", SpecsVariable)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, filepath.FromSlash(file)))
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	doc.Servers = nil // wherever it answers
	unserialized(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	c := &Contract{t: t, router: router, next: http.DefaultTransport, base: base, seen: map[string]bool{}, ignored: ignored}
	t.Cleanup(func() {
		if len(c.seen) == 0 {
			t.Errorf("no request was held to %s", file)
		}
	})
	return c
}

// unserialized puts away what the validator cannot read of a vendor's parameters:
// lists in the style of an object, as PHP and Ruby have them ("expand[]"), and types
// that the standard does not have ("int").
func unserialized(doc *openapi3.T) {
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Parameters = slices.DeleteFunc(op.Parameters, func(p *openapi3.ParameterRef) bool {
				return p.Value.Style == openapi3.SerializationDeepObject && p.Value.Schema.Value.Type.Is("array")
			})
			for _, p := range op.Parameters {
				if s := p.Value.Schema; s != nil && s.Value != nil && (s.Value.Type.Is("int") || s.Value.Type.Is("bool")) {
					s.Value.Type = &openapi3.Types{openapi3.TypeString}
				}
			}
		}
	}
}

// RoundTrip implements http.RoundTripper.
func (c *Contract) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := c.check(r); err != nil {
		c.t.Errorf("%s %s breaks the vendor's contract: %v", r.Method, r.URL.RequestURI(), err)
	}
	return c.next.RoundTrip(r)
}

// undeclared is a query parameter that the file does not name, or "".
func (c *Contract) undeclared(r *http.Request, route *routers.Route) string {
	for name := range r.URL.Query() {
		if !slices.Contains(c.ignored, "?"+name) && route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil &&
			route.PathItem.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return name
		}
	}
	return ""
}

func (c *Contract) check(r *http.Request) error {
	for _, part := range c.ignored {
		if !strings.HasPrefix(part, "?") && strings.Contains(r.URL.RequestURI(), part) {
			return nil
		}
	}
	asked := r.Clone(r.Context())
	asked.URL.Path = strings.TrimPrefix(asked.URL.Path, c.base)
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body, asked.Body = io.NopCloser(bytes.NewReader(data)), io.NopCloser(bytes.NewReader(data))
	}
	route, params, err := c.router.FindRoute(asked)
	if err != nil {
		return err
	}
	if name := c.undeclared(asked, route); name != "" {
		return fmt.Errorf("the vendor does not know the parameter %q, and may ignore it", name)
	}
	c.mu.Lock()
	c.seen[route.Method+" "+route.Path] = true
	c.mu.Unlock()
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	})
}
