// Package skeleton writes the beginning of a connector: a folder with a manifest
// that has no mistakes and explains itself. It promises to overwrite nothing.
package skeleton

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"portico/sync/fault"
)

//go:embed files
var files embed.FS

// id is how connectors are called; the language asks for the same.
var id = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Write makes the folder name in dir and returns the files in it.
func Write(dir, name string) ([]string, error) {
	if !id.MatchString(name) {
		return nil, fault.Newf(fault.Invalid, "%q cannot be the id of a connector: small letters a to z and digits, a letter first.", name)
	}
	at := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fault.Wrap(fault.Setup, "make the folder", err)
	}
	if err := os.Mkdir(at, 0o750); errors.Is(err, fs.ErrExist) {
		return nil, fault.Newf(fault.Conflict, "%s is there already; nothing was written.", at)
	} else if err != nil {
		return nil, fault.Wrap(fault.Setup, "make the folder", err)
	}
	words := strings.NewReplacer("{{id}}", name, "{{name}}", title(name))
	var out []string
	err := fs.WalkDir(files, "files", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(at, filepath.FromSlash(strings.TrimPrefix(path, "files/")))
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			return err
		}
		out = append(out, to)
		return os.WriteFile(to, []byte(words.Replace(string(data))), 0o600)
	})
	return out, fault.Wrap(fault.Setup, "write the skeleton", err)
}

func title(name string) string {
	letters := []rune(name)
	letters[0] = unicode.ToUpper(letters[0])
	return string(letters)
}
