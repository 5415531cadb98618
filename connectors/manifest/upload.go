package manifest

import "github.com/expr-lang/expr/types"

// Upload is how the bytes of an action's one file travel, where they do not fit
// into a request: its answer says where they go, and nobody sees anything of the
// file before all of it is there.
type Upload struct {
	// URL is where the bytes go, out of the answer: any computer, and no credential
	// goes there. Headers, an object or a list of {name, value}, go along.
	URL     Expr `json:"url"`
	Headers Expr `json:"headers"`
	// Chunk is how many bytes go at once, with Content-Range (RFC 9110, section
	// 14.4); 0 sends all at once. The answer to the last is that of the action.
	Chunk int64 `json:"chunk"`
	// Finish makes the file count. Without it, its last byte does.
	Finish *Request `json:"finish"`
	// Small sends a small file whole instead, as the body of one request.
	Small *SmallUpload `json:"small"`
}

// SmallUpload sends a file of at most UpTo bytes.
type SmallUpload struct {
	UpTo    int64   `json:"up_to"`
	Request Request `json:"request"`
}

// begunScope sees the body of the answer with which an upload began; nothing where
// the file was sent whole.
var begunScope = scope{"begun": types.Any}

func (c *compiler) upload(u *Upload, at pointer, sees scope) {
	c.expr(&u.URL, at.key("url"), sees.with(answerScope))
	c.expr(&u.Headers, at.key("headers"), sees.with(answerScope))
	if u.Finish != nil {
		c.request(u.Finish, at.key("finish"), sees.with(begunScope))
	}
	if u.Small == nil {
		return
	}
	c.request(&u.Small.Request, at.key("small").key("request"), sees)
	if u.Small.Request.Body.Set() || len(u.Small.Request.Form) > 0 {
		c.problem(at.key("small").key("request"), "the body of this request is the file")
	}
}
