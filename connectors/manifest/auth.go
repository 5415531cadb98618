package manifest

import (
	"net/url"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
)

// Auth is how a request proves who sends it. Each kind has keys of its own; the
// schema says which.
type Auth struct {
	Kind     string   `json:"kind"` // none, basic, header, bearer, query, oauth2, jwt_bearer, login
	Header   string   `json:"header"`
	Value    Template `json:"value"` // of oauth2, jwt_bearer and login: with {access}
	User     Template `json:"user"`
	Password Template `json:"password"`
	Token    Template `json:"token"`

	Parameter string `json:"parameter"` // query

	// oauth2 and jwt_bearer
	Grant        string              `json:"grant"`
	TokenURL     Template            `json:"token_url"`
	ClientID     Template            `json:"client_id"`
	ClientSecret Template            `json:"client_secret"`
	ClientAuth   string              `json:"client_auth"`
	Scope        Template            `json:"scope"`
	Parameters   map[string]Template `json:"parameters"` // of the request for a token
	AuthorizeURL Template            `json:"authorize_url"`
	Authorize    map[string]Template `json:"authorize_parameters"`
	// Grace is how long the system accepts a refresh token that it has replaced.
	Grace    Duration `json:"grace"`
	Register string   `json:"register"`
	Before   []string `json:"before"`
	Learn    []Learn  `json:"learn"`

	// jwt_bearer
	Algorithm string              `json:"algorithm"`
	Key       Template            `json:"key"`
	KeyID     Template            `json:"key_id"`
	Issuer    Template            `json:"issuer"`
	Subject   Template            `json:"subject"`
	Audience  Template            `json:"audience"`
	Lifetime  Duration            `json:"lifetime"`
	Claims    map[string]Template `json:"claims"`

	// login
	Request Request             `json:"request"`
	Form    map[string]Template `json:"form"`
	Access  Expr                `json:"access"`
	Expires Expr                `json:"expires"`
	Lasts   Duration            `json:"lasts"`
}

// Kinds of auth that exchange a credential for a token.
const (
	AuthOAuth = "oauth2"
	AuthJWT   = "jwt_bearer"
	AuthLogin = "login"

	GrantCode   = "authorization_code"
	GrantClient = "client_credentials"
)

// Learn is a setting that the system tells when a person has let us in.
type Learn struct {
	Setting   string `json:"setting"`
	Parameter string `json:"parameter"` // of the callback's address
	Answer    Expr   `json:"answer"`    // out of the answer with the token
	// A list at an address of its own; somebody chooses where it has several.
	URL      Template        `json:"url"`
	Items    Expr            `json:"items"`
	Keep     Expr            `json:"keep"`
	Name     Expr            `json:"name"`
	Settings map[string]Expr `json:"settings"`
}

// Keeps reports whether requests are signed with a token that has to be renewed.
func (a *Auth) Keeps() bool { return a.Kind == AuthOAuth || a.Kind == AuthJWT || a.Kind == AuthLogin }

// Consents reports whether a person lets us in, in a browser.
func (a *Auth) Consents() bool { return a.Kind == AuthOAuth && a.Grant == GrantCode }

// Learned names the settings that no form asks for.
func (a *Auth) Learned() map[string]bool {
	out := map[string]bool{}
	for _, l := range a.Learn {
		if l.Setting != "" {
			out[l.Setting] = true
		}
		for name := range l.Settings {
			out[name] = true
		}
	}
	return out
}

// maxAssertion is how long vendors let a signed statement count.
const maxAssertion = time.Hour

func (c *compiler) auth(config scope) {
	a, at, cred := &c.m.HTTP.Auth, pointer{"http", "auth"}, c.m.credentials()
	value := cred
	if a.Keeps() {
		value = cred.with(scope{"access": types.String})
	}
	c.template(&a.Value, at.key("value"), value)
	for name, t := range map[string]*Template{"user": &a.User, "password": &a.Password, "token": &a.Token, "token_url": &a.TokenURL,
		"client_id": &a.ClientID, "client_secret": &a.ClientSecret, "scope": &a.Scope, "authorize_url": &a.AuthorizeURL, "key": &a.Key,
		"key_id": &a.KeyID, "issuer": &a.Issuer, "subject": &a.Subject, "audience": &a.Audience} {
		c.template(t, at.key(name), cred)
	}
	c.templates(a.Parameters, at.key("parameters"), cred)
	c.templates(a.Authorize, at.key("authorize_parameters"), cred)
	c.templates(a.Claims, at.key("claims"), cred)
	c.templates(a.Form, at.key("form"), cred)
	if a.Kind == AuthLogin {
		c.request(&a.Request, at.key("request"), cred)
	}
	c.expr(&a.Access, at.key("access"), answerScope)
	c.expr(&a.Expires, at.key("expires"), answerScope)
	for i := range a.Learn {
		c.learn(&a.Learn[i], at.key("learn").index(i), config)
	}
}

func (c *compiler) learn(l *Learn, at pointer, config scope) {
	c.expr(&l.Answer, at.key("answer"), config.with(answerScope))
	c.template(&l.URL, at.key("url"), config)
	c.expr(&l.Items, at.key("items"), config.with(answerScope))
	c.expr(&l.Keep, at.key("keep"), config.with(itemScope))
	c.expr(&l.Name, at.key("name"), config.with(itemScope))
	for name, e := range l.Settings {
		c.expr(&e, at.key("settings").key(name), config.with(itemScope))
		l.Settings[name] = e
	}
}

// lintAuth finds what could never sign in, or would not stay signed in.
func (c *compiler) lintAuth() {
	a, at := &c.m.HTTP.Auth, pointer{"http", "auth"}
	for name, t := range map[string]*Template{"token_url": &a.TokenURL, "authorize_url": &a.AuthorizeURL} {
		if u, err := url.Parse(t.Source); err == nil && u.Scheme == "http" && !strings.Contains(t.Source, "{") {
			c.problem(at.key(name), "secrets go to this address: it must begin with https://")
		}
	}
	if a.Kind == AuthJWT && a.Lifetime.Duration > maxAssertion {
		c.problem(at.key("lifetime"), "a signed statement may count for %s at most", maxAssertion)
	}
	if a.Keeps() && !c.renews() {
		c.problem(pointer{"http", "errors"}, "no rule says \"auth\" for 401, so that a token that ends would never be renewed")
	}
	if a.Kind == AuthLogin && a.Request.Body.Set() && len(a.Form) > 0 {
		c.problem(at.key("form"), "a request has a \"form\" or a \"body\", not both")
	}
	c.lintLearned()
}

// renews reports whether an answer with 401 can be understood as a refused token.
func (c *compiler) renews() bool {
	for i := range c.m.HTTP.Errors {
		r := &c.m.HTTP.Errors[i]
		if r.Is == MeansAuth {
			return true
		}
		if !r.When.Set() && (r.Status.Empty() || r.Status.Has(401)) {
			return false
		}
	}
	return true // what no rule takes, the kit reads right
}

func (c *compiler) lintLearned() {
	seen, lists := map[string]bool{}, 0
	for i, l := range c.m.HTTP.Auth.Learn {
		at := pointer{"http", "auth", "learn"}.index(i)
		names := map[string]pointer{}
		if l.Setting != "" {
			names[l.Setting] = at.key("setting")
		}
		for name := range l.Settings {
			names[name] = at.key("settings").key(name)
		}
		if l.URL.Set() {
			lists++
		}
		for name, at := range names {
			f, ok := c.m.Config[name]
			switch {
			case !ok:
				c.problem(at, "there is no setting %q", name)
			case f.Type == "secret":
				c.problem(at, "%q is a secret; only a setting can be learned", name)
			case seen[name]:
				c.problem(at, "%q is learned twice", name)
			case l.Parameter != "" && f.Pattern == "":
				c.problem(at, "%q comes out of a browser's address: give it a pattern", name)
			}
			seen[name] = true
		}
		if lists > 1 {
			c.problem(at, "a person can choose from one list only")
		}
	}
}
