/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a terminal makes of text: whether it takes colour, how wide it is, and wrapping. */
#pragma once

#include "cli.h"

#define TERM_WIDTH     80
#define TERM_WIDTH_MIN 40

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_PASS,
	STYLE_FAIL,
	STYLE_WARN,
	STYLE_UNKNOWN,
	STYLE_WINNER
};

/* Whether results may have colour: always and never as asked; auto where fd is a terminal, NO_COLOR
 * is not set and TERM is not "dumb". */
bool term_color(enum color_mode mode, int fd);

/* Columns of the terminal at fd, at least TERM_WIDTH_MIN; TERM_WIDTH when it is none or does not
 * say. */
unsigned term_width(int fd);

/* Appends a word in a style; without colour only the word. As strbuf_add(). */
int term_add(struct strbuf *out, bool color, enum style style, const char *word);

/*
 * Appends text as lines of at most width columns, broken at blanks; a word that is longer stands on
 * a line of its own, uncut. A newline in the text starts a new line. Text must be printable ASCII.
 *
 * @first: columns that the caller has already written on the current line
 * @indent: blanks before every line but the first
 *
 * Ends with a newline. As strbuf_add().
 */
int term_wrap(struct strbuf *out, const char *text, unsigned first, unsigned indent,
	      unsigned width);
