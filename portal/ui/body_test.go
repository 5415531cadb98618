package ui_test

import (
	"strings"
	"testing"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/record"
)

// said draws one message as the history shows it.
func said(t *testing.T, html, text string) htmlcheck.Page {
	t.Helper()
	entry := record.Entry{At: now, Comment: record.Comment{Type: record.CommentMessage, Author: record.Person{Name: "Marek"}, HTML: html, Text: text}}
	return draw(t, ui.History(chrome(), ui.NewTimeline(chrome(), []record.Entry{entry}, nil, "/a/x/files/", false)))
}

// Each of these runs something, reports who reads, or reaches into the page, if
// it is shown as it came. The rules of htmlcheck fail the test when one is left.
func TestHostileMailIsHarmless(t *testing.T) {
	t.Parallel()
	vectors := map[string]string{
		"script":              `<script>alert(1)</script>`,
		"handler":             `<p onclick="alert(1)" onmouseover=alert(1)>hi</p>`,
		"image handler":       `<img src=x onerror=alert(1)>`,
		"tracking picture":    `<img src="https://t.example/pixel.gif?who=ines" width=1 height=1>`,
		"background picture":  `<table background="https://t.example/p.gif"><tr><td>x</td></tr></table>`,
		"style attribute":     `<p style="position:fixed;inset:0;background:url(https://t.example/p.gif)">x</p>`,
		"style element":       `<style>body{display:none}</style><p>x</p>`,
		"javascript link":     `<a href="javascript:alert(1)">x</a>`,
		"split scheme":        `<a href="java&#x0A;script:alert(1)">x</a>`,
		"data link":           `<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>`,
		"vbscript link":       `<a href="vbscript:msgbox(1)">x</a>`,
		"relative link":       `<a href="/signout">x</a>`,
		"protocol-relative":   `<a href="//evil.example/">x</a>`,
		"frame":               `<iframe src="https://evil.example"></iframe><object data=x></object><embed src=x>`,
		"form":                `<form action="https://evil.example"><input name=password><button>Sign in</button></form>`,
		"base":                `<base href="https://evil.example/">x`,
		"meta refresh":        `<meta http-equiv=refresh content="0;url=https://evil.example">x`,
		"link style":          `<link rel=stylesheet href="https://evil.example/x.css">x`,
		"svg":                 `<svg onload=alert(1)><script>alert(1)</script><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
		"mathml":              `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
		"id clobbering":       `<p id="history" name="csrf" class="po-note">x</p><a id=main href="https://ok.example">y</a>`,
		"unclosed comment":    `<!-- <p>--><img src=x onerror=alert(1)>`,
		"noscript":            `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		"template":            `<template><script>alert(1)</script></template>x`,
		"htmx":                `<p hx-get="/a/x/tickets" hx-trigger="load" data-hx-post="/signout">x</p>`,
		"dialog and button":   `<dialog open><button formaction="javascript:alert(1)">x</button></dialog>`,
		"video":               `<video src="https://t.example/v.mp4" poster="https://t.example/p.gif" autoplay></video>x`,
		"conditional comment": `<!--[if gte IE 4]><script>alert(1)</script><![endif]-->x`,
	}
	for name, vector := range vectors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := said(t, "<p>Hello</p>"+vector, "")
			p.WantText(".po-tl", "Hello")
			p.Want(".po-body img, .po-body form, .po-body input, .po-body svg, .po-body video, .po-body dialog, .po-body button, .po-body link, .po-body template", 0)
			p.Want(".po-body [id], .po-body [class], .po-body [name], .po-body [title], .po-body [hx-get], .po-body [data-hx-post], .po-body [background]", 0)
			p.Want(`.po-body a:not([rel="noopener noreferrer nofollow"])`, 0)
			p.Want(`.po-body a[href^="/"]`, 0)
		})
	}
}

func TestStructureOfMailStays(t *testing.T) {
	t.Parallel()
	p := said(t, `<div><h1>Plan</h1><ul><li>one<li>two</ul><table><tr><td colspan="2">cell</td></tr></table><p dir="rtl">مرحبا</p><a href="https://ok.example/?a=1&amp;b=2">link</a><a href="mailto:a@b.example">mail</a></div>`, "")
	p.Want(".po-body h1", 0).Want(".po-body li", 2).Want(`.po-body td[colspan="2"]`, 1).Want(`.po-body p[dir="rtl"]`, 1).Want(".po-body a", 2).Want(`.po-body[dir="auto"]`, 1)
	p.Want(`.po-body a[href="https://ok.example/?a=1&b=2"][rel="noopener noreferrer nofollow"]`, 1)
}

func TestTextKeepsItsLinesAndLinks(t *testing.T) {
	t.Parallel()
	p := said(t, "", "First <b>line</b>\nsecond\r\n\r\n\r\nSee https://x.example/a(b)?q=1&r=2. And (http://y.example/z).")
	p.Want(".po-body p", 2).Want(".po-body br", 1).Want(".po-body b", 0).WantText(".po-body", "First <b>line</b>")
	p.Want(`.po-body a[href="https://x.example/a(b)?q=1&r=2"]`, 1).Want(`.po-body a[href="http://y.example/z"]`, 1)
	said(t, "", `javascript:alert(1) http://"onmouseover="alert(1)`).Want(".po-body [onmouseover]", 0)
	said(t, "", "  ").Want(".po-body", 0).WantText(".po-tl", "This message has no text.")
	said(t, "<img src=x>", "").Want(".po-body", 0)
}

func TestQuotedMailIsFolded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ html, text, now, quoted string }{
		"text":            {"", "Yes please.\n\nOn Mon, Marek wrote:\n> full\n> or small?\n\n", "Yes please.", "On Mon, Marek wrote:"},
		"original":        {"", "Yes.\n-----Original Message-----\nFrom: Marek\nfull or small?", "Yes.", "full or small?"},
		"blockquote":      {"<p>Yes.</p><p>On Mon, Marek wrote:</p><blockquote><p>full or small?</p></blockquote>", "", "Yes.", "On Mon, Marek wrote:"},
		"wrapped":         {`<div><div>Yes.<br></div><br><div class="gmail_quote">On Mon, Marek wrote:<br><blockquote>full or small?</blockquote></div></div>`, "", "Yes.", "full or small?"},
		"quote in middle": {"<blockquote>full or small?</blockquote><p>Small.</p>", "", "Small.", ""},
		"only a quote":    {"<blockquote>full or small?</blockquote>", "", "full or small?", ""},
		"text only quote": {"", "> full or small?", "full or small?", ""},
		"text in between": {"", "> full?\nNo.\n> small?\nYes.", "No.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := said(t, c.html, c.text)
			p.WantText(".po-body:first-of-type", c.now)
			if c.quoted == "" {
				p.Want("details.po-quoted", 0)
				return
			}
			p.Want("details.po-quoted:not([open])", 1).WantText("details.po-quoted .po-body", c.quoted)
			if before, _, _ := strings.Cut(p.Text(".po-tl"), "Earlier message"); strings.Contains(before, c.quoted) {
				t.Errorf("the quoted part stands before the fold: %q", before)
			}
		})
	}
}

func TestDeepNestingIsShownAsText(t *testing.T) {
	t.Parallel()
	said(t, strings.Repeat("<div><blockquote>", 5000)+"deep", "").WantText(".po-tl", "deep")
}

func FuzzMailIsHarmless(f *testing.F) {
	f.Add("<p>x</p>", "y")
	f.Add(`<svg><style><a title="</style><img src=x onerror=1>">`, "> q")
	f.Fuzz(func(t *testing.T, html, text string) {
		said(t, html, text).Want(".po-body img, .po-body [id], .po-body [class]", 0)
	})
}
