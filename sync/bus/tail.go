package bus

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill-redisstream/pkg/redisstream"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/redis/go-redis/v9"
)

const (
	// block is how long one read waits for something new.
	block = time.Second
	// answer is how long Redis may take beyond that.
	answer = 2 * time.Second
	// portion is how many entries are read at once.
	portion = 500
)

// tail reads a stream of Redis from its end on, and knows when it missed
// something of it: the stream counts what was ever added to it, and so does the
// tail. Whether the two agree is looked at every second or so, because nothing
// else shows that a stream was flushed, trimmed below the reader, or begun anew
// by a server whose clock is behind, where a read would wait for ever for ids
// that do not come. It is for one goroutine.
//
// A tail stands where the Subscriber of watermill-redisstream would: that one
// resolves "the end" anew with every read until the first entry, and notices
// none of the above.
type tail struct {
	key    string
	client redis.UniversalClient

	id      string // the last entry read, or where the stream ended at first
	added   int64  // how many entries had been added when it was
	checked time.Time
}

// join begins at the end of the stream.
func (t *tail) join(ctx context.Context) error {
	t.id = "0-0"
	_, info, err := t.look(ctx)
	if err == nil {
		t.begin(info)
	}
	return err
}

func (t *tail) begin(at *redis.XInfoStream) {
	t.id, t.added, t.checked = at.LastGeneratedID, at.EntriesAdded, time.Now()
}

// next waits a moment for entries. gap says that some were missed.
func (t *tail) next(ctx context.Context) (got []*message.Message, gap bool, err error) {
	if time.Since(t.checked) >= block {
		return t.check(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, block+answer)
	defer cancel()
	streams, err := t.client.XRead(ctx, &redis.XReadArgs{Streams: []string{t.key, t.id}, Count: portion, Block: block}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	got, gap = t.take(streams)
	return got, gap, nil
}

// check reads without waiting, and compares what was read with what was added.
func (t *tail) check(ctx context.Context) (got []*message.Message, gap bool, err error) {
	streams, info, err := t.look(ctx)
	if err != nil {
		return nil, false, err
	}
	before := t.added
	got, gap = t.take(streams)
	if t.added-before == portion {
		return got, gap, nil // there is more
	}
	// Redis before 7 does not count.
	if info.LastGeneratedID != t.id || info.EntriesAdded > 0 && info.EntriesAdded != t.added {
		gap = true
	}
	t.begin(info)
	return got, gap, nil
}

// look reads entries and the state of the stream in one moment.
func (t *tail) look(ctx context.Context) ([]redis.XStream, *redis.XInfoStream, error) {
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	var read *redis.XStreamSliceCmd
	var state *redis.XInfoStreamCmd
	_, err := t.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		read = p.XRead(ctx, &redis.XReadArgs{Streams: []string{t.key, t.id}, Count: portion, Block: -1})
		state = p.XInfoStream(ctx, t.key)
		return nil
	})
	// The first refusal among the commands is the pipeline's error.
	switch {
	case err == nil || errors.Is(err, redis.Nil) && state.Err() == nil:
		return read.Val(), state.Val(), nil
	case unknown(state.Err()) && (read.Err() == nil || errors.Is(read.Err(), redis.Nil)):
		return nil, &redis.XInfoStream{LastGeneratedID: "0-0"}, nil // nothing was ever added, or all is flushed
	default:
		return nil, nil, err
	}
}

// unknown reports whether Redis says that there is no such stream.
func unknown(err error) bool { return err != nil && strings.Contains(err.Error(), "no such key") }

// take makes messages of entries. One that cannot be read is a gap.
func (t *tail) take(streams []redis.XStream) (got []*message.Message, gap bool) {
	for _, s := range streams {
		for _, entry := range s.Messages {
			t.id = entry.ID
			t.added++
			m, err := redisstream.DefaultMarshallerUnmarshaller{}.Unmarshal(entry.Values)
			if err != nil {
				gap = true
				continue
			}
			got = append(got, m)
		}
	}
	return got, gap
}
