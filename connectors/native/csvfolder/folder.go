package csvfolder

import (
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// settle is how long a file must not have changed before it is read.
const settle = time.Minute

// most is how many names of a folder are looked at.
const most = 20_000

// folder is the one that a connection may read, and nothing above or beside it: every
// name is resolved by os.Root, which follows no link that leads out.
type folder struct {
	root   *os.Root
	name   string
	marker bool
	now    time.Time
}

// open opens the folder of a connection. The caller closes it.
func open(c remote.Conn) (*folder, error) {
	if c.Drop == "" {
		return nil, fault.New(fault.Setup, "The configuration allows no folder to be read. Set connectors.drop to the folder in which drop folders lie, and start Portico again.")
	}
	name := strings.Trim(strings.ReplaceAll(c.Settings[fieldFolder], `\`, "/"), "/ ")
	if name == "" || !fs.ValidPath(name) {
		return nil, fault.Newf(fault.Setup, "%q cannot be a folder below connectors.drop. Write its name without a slash in front and without \"..\".", c.Settings[fieldFolder])
	}
	top, err := os.OpenRoot(c.Drop)
	if err != nil {
		return nil, fault.New(fault.Setup, "The folder that connectors.drop names cannot be opened. Make it, and let Portico read it.").Because("open the root", err)
	}
	defer func() { _ = top.Close() }()
	root, err := top.OpenRoot(name)
	if err != nil {
		return nil, fault.Newf(fault.Setup, "There is no folder %q below the one that connectors.drop names, or Portico may not read it.", name).Because("open the folder", err)
	}
	return &folder{root: root, name: name, marker: c.Settings[fieldMarker] == markerDone, now: c.Now()}, nil
}

func (f *folder) close() { _ = f.root.Close() }

// file is one that may be read.
type file struct {
	remote.TableFile

	at time.Time
}

// list are the files that may hold tables, the oldest first.
func (f *folder) list() ([]file, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, unreadable(f.name, err)
	}
	defer func() { _ = dir.Close() }()
	var entries []fs.DirEntry
	for {
		some, err := dir.ReadDir(1000)
		entries = append(entries, some...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(f.name, err)
		}
		if len(entries) > most {
			return nil, fault.Newf(fault.Setup, "The folder holds more than %d files. Move those away that were read.", most)
		}
	}
	done := map[string]time.Time{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(strings.ToLower(e.Name()), ".done") {
			done[e.Name()] = info.ModTime()
		}
	}
	var out []file
	for _, e := range entries {
		if !e.Type().IsRegular() || passing(e.Name()) {
			continue // a link or a pipe is nobody's table
		}
		info, err := e.Info()
		if err != nil {
			continue // it went away meanwhile
		}
		out = append(out, f.seen(e.Name(), info, done))
	}
	slices.SortFunc(out, func(a, b file) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Name, b.Name)) })
	return out, nil
}

// seen describes a file, and says why it has to wait.
func (f *folder) seen(name string, info fs.FileInfo, done map[string]time.Time) file {
	out := file{TableFile: remote.TableFile{Name: name, Size: info.Size(), Written: info.ModTime().UTC(), Mark: markOf(name, info)}, at: info.ModTime().UTC()}
	if f.marker {
		// A mark that is older than the file was made for the one before it.
		if done[name+".done"].Before(out.at) && done[strings.TrimSuffix(name, path.Ext(name))+".done"].Before(out.at) {
			out.Waits = "It is read when " + name + ".done lies beside it."
		}
		return out
	}
	if age := f.now.Sub(out.at); age > -settle && age < settle {
		out.Waits = "It was written just now; it is read once it has not changed for a minute."
	}
	return out
}

// passing are names of what is not whole yet, or nobody's table.
func passing(name string) bool {
	low := strings.ToLower(name)
	if strings.HasPrefix(low, ".") || strings.HasPrefix(low, "~") {
		return true
	}
	for _, end := range []string{".done", ".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".uploading", ".swp", ".bak"} {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}

// of are the files of a table, the oldest first.
func of(all []file, pattern string) []file {
	return slices.DeleteFunc(slices.Clone(all), func(f file) bool {
		ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(f.Name))
		return err != nil || !ok
	})
}

// read opens a regular file of the folder. A pipe that was put in its place cannot hold it up.
func (f *folder) read(name string) (*os.File, fs.FileInfo, error) {
	opened, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, unreadable(name, err)
	}
	info, err := opened.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("no regular file")
	}
	if err != nil {
		_ = opened.Close()
		return nil, nil, unreadable(name, err)
	}
	return opened, info, nil
}

// still fails when a file that was read is not what it was.
func (f *folder) still(name, mark string) error {
	info, err := f.root.Lstat(name)
	if err != nil {
		return unreadable(name, err)
	}
	if markOf(name, info) != mark {
		return fault.Newf(fault.Unavailable, "%s changed while it was read. It is read again once it is still.", name)
	}
	return nil
}

// markOf tells two states of a file apart.
func markOf(name string, info fs.FileInfo) string {
	return fmt.Sprintf("%s.%s.%08x", strconv.FormatInt(info.ModTime().UnixNano(), 36), strconv.FormatInt(info.Size(), 36), crc32.ChecksumIEEE([]byte(name)))
}

func unreadable(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Newf(fault.Unavailable, "%s is not in the folder any more.", name).Because("read", err)
	case errors.Is(err, fs.ErrPermission):
		return fault.Newf(fault.Setup, "Portico may not read %s. Give its user the right to.", name).Because("read", err)
	default:
		return fault.Newf(fault.Unavailable, "%s cannot be read.", name).Because("read", err)
	}
}
