package main

import "context"

func benchList(ctx context.Context, s settings, t *table) error    { return nil }
func benchActions(ctx context.Context, s settings, t *table) error { return nil }
func benchStart(ctx context.Context, s settings, t *table) error   { return nil }
