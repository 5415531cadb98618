package manifest

import (
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
)

// compiler turns sources into programs and collects every problem.
type compiler struct {
	m        *Manifest
	where    *positions
	problems Problems
	asked    asked
	used     map[string]bool // tables that the part at hand uses
	shortcuts
}

func (c *compiler) problem(at pointer, format string, args ...any) {
	c.problems = append(c.problems, c.where.problem(at, 0, format, args...))
}

// lenient lets a member of something missing be nothing instead of an error:
// real systems leave fields out.
type lenient struct{}

func (lenient) Visit(node *ast.Node) {
	if m, ok := (*node).(*ast.MemberNode); ok && !m.Method {
		m.Optional = true
		ast.Patch(node, &ast.ChainNode{Node: m})
	}
}

// expr compiles one expression in place.
func (c *compiler) expr(e *Expr, at pointer, sees scope, as ...expr.Option) {
	if e.Set() {
		c.source(e, at, 0, sees, as...)
	}
}

// source compiles the expression that begins at the column given (in runes)
// inside the value at the pointer.
func (c *compiler) source(e *Expr, at pointer, column int, sees scope, as ...expr.Option) {
	options := append([]expr.Option{expr.Env(types.Map(sees)), expr.Patch(lenient{}), expr.MaxNodes(2000)}, functions...)
	program, err := expr.Compile(e.Source, append(options, as...)...)
	if err != nil {
		var where *file.Error
		if errors.As(err, &where) {
			c.problems = append(c.problems, c.where.inside(at, where.Line, column+where.Column, "expression: %s", where.Message))
			return
		}
		c.problem(at, "expression: %s", err)
		return
	}
	e.program = program
	parsed, err := parser.Parse(e.Source)
	if err != nil { // a name of ours that expr-lang has too: only the interpreter reads it right
		c.asked.all, e.opaque = true, true
		c.note(nil, true)
		return
	}
	e.fast = c.of(parsed.Node)
	ast.Walk(&parsed.Node, &c.asked)
	var l listener
	ast.Walk(&parsed.Node, &l)
	c.note(l.names, false)
	for _, name := range l.names {
		e.uses = append(e.uses, c.places.place(name))
	}
}

func (c *compiler) template(t *Template, at pointer, sees scope) {
	if !t.Set() {
		return
	}
	if err := t.split(); err != nil {
		c.problem(at, "%s", err)
		return
	}
	for i := range t.parts {
		if p := &t.parts[i]; p.expr.Set() {
			c.source(&p.expr, at, p.column, sees)
		} else if p.literal == "" {
			c.problem(at, "an empty {}")
		}
	}
}

func (c *compiler) request(r *Request, at pointer, sees scope) {
	c.template(&r.Path, at.key("path"), sees)
	c.templates(r.Query, at.key("query"), sees)
	c.templates(r.Headers, at.key("headers"), sees)
	c.templates(r.Form, at.key("form"), sees)
	c.expr(&r.Body, at.key("body"), sees)
	if r.Body.Set() && len(r.Form) > 0 {
		c.problem(at.key("form"), "a request has a body or a form, not both")
	}
}

func (c *compiler) templates(m map[string]Template, at pointer, sees scope) {
	for name, t := range m {
		c.template(&t, at.key(name), sees)
		m[name] = t
	}
}

func (c *compiler) fetch(f *Fetch, at pointer, sees scope) {
	if f.Paging != nil {
		sees = c.paging(f.Paging, at.key("paging"), sees)
	}
	c.request(&f.Request, at.key("request"), sees)
	c.expr(&f.Items, at.key("items"), sees.with(answerScope))
	c.lintPaging(f, at)
}

func (c *compiler) rules(rules []ErrorRule, at pointer, sees scope) {
	sees = sees.with(answerScope)
	for i := range rules {
		r, at := &rules[i], at.index(i)
		c.expr(&r.When, at.key("when"), sees, expr.AsBool())
		c.template(&r.Say, at.key("say"), sees)
		if r.Diff != nil {
			c.expr(&r.Diff.Was, at.key("diff").key("was"), sees)
			c.expr(&r.Diff.Now, at.key("diff").key("now"), sees)
		}
	}
}

// all compiles the whole manifest.
func (c *compiler) all() {
	m, base, root := c.m, c.m.base(), pointer{}
	http := root.key("http")
	c.expr(&m.HTTP.Base, http.key("base"), scope{"config": base["config"]}, expr.AsKind(stringKind))
	c.auth(scope{"config": base["config"]})
	c.templates(m.HTTP.Headers, http.key("headers"), scope{"config": base["config"]})
	c.rules(m.HTTP.Errors, http.key("errors"), scope{"config": base["config"]})
	if m.Identity != nil {
		c.request(&m.Identity.Request, root.key("identity").key("request"), scope{"config": base["config"]})
		c.expr(&m.Identity.Name, root.key("identity").key("name"), base)
	}
	for i := range m.Check.Steps {
		s, at := &m.Check.Steps[i], root.key("check").key("steps").index(i)
		c.request(&s.Request, at.key("request"), base)
		c.expr(&s.Expect, at.key("expect"), base.with(answerScope), expr.AsBool())
		c.template(&s.Found, at.key("found"), base.with(answerScope))
		c.template(&s.Missing, at.key("missing"), base.with(answerScope))
	}
	c.lookups(base, root.key("lookups"))
	known := c.tables(base)
	for _, name := range m.StreamOrder {
		st := m.Streams[name]
		st.Tables = c.noting(func() { c.stream(st, root.key("streams").key(name), known) })
	}
	for _, name := range m.ActionOrder {
		a := m.Actions[name]
		a.Tables = c.noting(func() { c.action(a, root.key("actions").key(name), known) })
	}
	c.files(m.Files, root.key("files"), base)
	c.webhooks(m.Webhooks, root.key("webhooks"))
}

func (c *compiler) lookups(base scope, at pointer) {
	one := func(list []Lookup, at pointer) {
		for i := range list {
			l, at := &list[i], at.index(i)
			c.fetch(&l.Fetch, at, base)
			sees := base.with(itemScope)
			c.expr(&l.Keep, at.key("keep"), sees, expr.AsBool())
			for name, e := range map[string]*Expr{"name": &l.Name, "key": &l.Key, "kind": &l.Kind, "type": &l.Type} {
				c.expr(e, at.key(name), sees)
			}
		}
	}
	for kind, list := range c.m.Lookups.Statuses {
		one(list, at.key("statuses").key(kind))
	}
	one(c.m.Lookups.Queues, at.key("queues"))
	one(c.m.Lookups.Companies, at.key("companies"))
	one(c.m.Lookups.Fields, at.key("fields"))
}

func (c *compiler) stream(s *Stream, at pointer, base scope) {
	sees := c.incremental(s, at, base)
	c.fetch(&s.Fetch, at, sees)
	aside := c.beside(&s.Fetch, at, base)
	keyed := sees.with(scope{"after": types.String, "ids": types.Array(types.String)})
	c.templates(s.Read, at.key("read"), keyed)
	c.byID(s.ByID, at.key("by_id"), base)
	around := c.folders(s.Tree, at.key("tree"), base)
	if s.Census != nil {
		c.templates(s.Census.Query, at.key("census").key("query"), keyed)
	}
	if s.ForEach != nil {
		base = base.with(scope{"parents": types.Array(types.Any), "ids": types.Array(types.String)})
	}
	for i := range s.Requests {
		j, at := &s.Requests[i], at.key("requests").index(i)
		c.fetch(&j.Fetch, at, base)
		c.expr(&j.When, at.key("when"), base, expr.AsBool())
		c.expr(&j.Index, at.key("index"), base.with(itemScope))
		base = base.with(scope{j.Name: types.Any})
		c.asked.own[j.Name] = j.Index.Set()
		base = base.with(c.beside(&j.Fetch, at, base))
	}
	for i, e := range s.Emit {
		c.emit(e, at.key("emit").index(i), base.with(itemScope).with(aside).with(around), s.ForEach != nil)
	}
}

func (c *compiler) emit(e *Emit, at pointer, sees scope, child bool) {
	if e.Each.Set() {
		c.expr(&e.Each, at.key("each"), sees)
		sees = sees.with(scope{"parent": types.Any})
	}
	for i := range e.Let {
		l := &e.Let[i]
		c.expr(&l.Expr, at.key("let").index(i).key(l.Name), sees)
		sees = sees.with(scope{l.Name: types.Any})
		l.Place = c.places.place(l.Name)
	}
	c.expr(&e.Deleted, at.key("deleted"), sees, expr.AsBool())
	c.expr(&e.Keep, at.key("keep"), sees, expr.AsBool())
	c.expr(&e.Parent, at.key("parent"), sees)
	if child {
		sees = sees.with(scope{"parent": types.Any})
	}
	for name, x := range map[string]*Expr{"key": &e.Key, "version": &e.Version, "company": &e.Company,
		"url": &e.URL, "created": &e.Created, "updated": &e.Updated} {
		c.expr(x, at.key(name), sees)
	}
	for _, name := range Shape(e.Kind) {
		x := e.Map[name]
		c.expr(&x, at.key("map").key(name), sees)
		e.Fields = append(e.Fields, x)
	}
	c.custom(e.Custom, at.key("custom"), sees)
}

func (c *compiler) action(a *Action, at pointer, base scope) {
	sees := base.with(actionScope)
	if p := a.Prepare; p != nil {
		at := at.key("prepare")
		c.request(&p.Request, at.key("request"), sees)
		c.rules(p.Refuse, at.key("refuse"), sees)
		c.expr(&p.Mark, at.key("mark"), sees.with(answerScope))
	}
	send := at.key("send")
	asks := c.before(a.Send.Before, send.key("before"), sees)
	c.request(&a.Send.Request, send.key("request"), asks)
	a.Inline = c.asks(&a.Send.Request, "files")
	c.rules(a.Send.Answers, send.key("answers"), sees)
	answers := sees.with(answerScope)
	if a.Send.Upload != nil {
		c.upload(a.Send.Upload, send.key("upload"), sees)
		answers = answers.with(begunScope)
	}
	c.expr(&a.Send.Reference, send.key("reference"), answers)
	if p := a.Probe; p != nil {
		at := at.key("probe")
		c.request(&p.Request, at.key("request"), sees)
		c.expr(&p.Done, at.key("done"), sees.with(answerScope), expr.AsBool())
		c.expr(&p.Reference, at.key("reference"), sees.with(answerScope))
	}
	confirm, records := at.key("confirm"), sees.with(scope{"records": types.Array(types.Any)})
	c.expr(&a.Confirm.ID, confirm.key("id"), sees)
	c.expr(&a.Confirm.Holds, confirm.key("holds"), records, expr.AsBool())
	c.expr(&a.Confirm.Reference, confirm.key("reference"), records)
}
