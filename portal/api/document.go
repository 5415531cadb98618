package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"portico/sync/apikey"
	"portico/sync/fault"
)

// Problem is how everything that goes wrong is answered (RFC 9457).
type Problem struct {
	Status    int               `json:"status"`
	Title     string            `json:"title"`
	Code      string            `json:"code" doc:"Tells programs what it is."`
	Detail    string            `json:"detail,omitempty" doc:"A sentence for people."`
	Fields    map[string]string `json:"fields,omitempty" doc:"What is wrong with which field or parameter."`
	Reference string            `json:"reference,omitempty" doc:"Finds the log line of an unexpected failure."`
}

var variable = regexp.MustCompile(`\{([a-z]+)\}`)

// document is the OpenAPI 3.1 document of the doors.
func document(doors []Door, base string) ([]byte, error) {
	defs, paths := map[string]schema{}, map[string]schema{}
	problem := describe(reflect.TypeFor[Problem](), defs)
	for _, d := range doors {
		at := paths[d.Path]
		if at == nil {
			at = schema{}
			paths[d.Path] = at
		}
		at[strings.ToLower(d.Method)] = operation(d, defs)
	}
	var scopes []string
	for _, s := range apikey.Scopes {
		scopes = append(scopes, string(s))
	}
	doc := schema{
		"openapi": "3.1.1",
		"info": schema{"title": "Portico", "version": "1", "summary": "Requests, money, contracts, projects, documents, events, decisions and webhooks of a client portal",
			"description": "Facts say where they come from and when they were read. What is asked for is recorded at once and carried out afterwards; its receipt says how far it is.",
			"license":     schema{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers":  []schema{{"url": base + Prefix}},
		"security": []schema{{"key": []string{}}},
		"paths":    paths,
		"components": schema{
			"schemas": defs,
			"securitySchemes": schema{"key": schema{"type": "http", "scheme": "bearer", "bearerFormat": apikey.Pattern,
				"description": "An API key. Its scopes: " + strings.Join(scopes, ", ") + "."}},
			"responses": schema{"Problem": schema{"description": "It went wrong, and nothing was changed unless the status is 500 or above.",
				"content": schema{"application/problem+json": schema{"schema": problem}}}},
		},
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	return out, fault.Wrap(fault.Internal, "write the document of the API", err)
}

func operation(d Door, defs map[string]schema) schema {
	op := schema{"operationId": d.Name, "summary": d.Summary, "description": strings.TrimSpace(d.Text + " Needs the scope " + string(d.Scope) + "."),
		"security": []schema{{"key": []string{string(d.Scope)}}}}
	params := []schema{}
	for _, m := range variable.FindAllStringSubmatch(d.Path, -1) {
		params = append(params, schema{"name": m[1], "in": "path", "required": true, "schema": schema{"type": "string"}})
	}
	if d.Query != nil {
		each(reflect.ValueOf(d.Query), func(name string, tag reflect.StructTag, f reflect.Value) {
			s := describe(f.Type(), defs)
			about := said(tag)
			param := schema{"name": name, "in": "query", "schema": s, "description": about["description"]}
			delete(about, "description")
			for key, value := range about {
				s[key] = value
			}
			params = append(params, param)
		})
	}
	if d.Writes() {
		params = append(params, schema{"name": "Idempotency-Key", "in": "header", "required": d.Method == http.MethodPost,
			"description": "For 24 hours the same key and request get the same answer, and nothing happens twice.", "schema": schema{"type": "string", "maxLength": apikey.MaxIdempotency}})
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	if d.In != nil {
		op["requestBody"] = schema{"required": true, "content": schema{"application/json": schema{"schema": describe(reflect.TypeOf(d.In), defs)}}}
	}
	good := schema{"description": "All went well."}
	switch d.Out.(type) {
	case nil:
	case Bytes:
		good["content"] = schema{"application/octet-stream": schema{"schema": schema{"type": "string", "format": "binary"}}}
	default:
		good["content"] = schema{"application/json": schema{"schema": describe(reflect.TypeOf(d.Out), defs)}}
	}
	op["responses"] = schema{strconv.Itoa(d.Status): good, "default": schema{"$ref": "#/components/responses/Problem"}}
	return op
}
