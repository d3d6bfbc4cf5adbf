#!/bin/sh
# git-track shim 1: made by `git track hooks install`; `git track hooks uninstall` puts @EVENT@.pre-track back.
_bin=@BINARY@ _old=$0.pre-track _in= _code=0
_ours() { [ @EVENT@ = pre-receive ] || [ "$GIT_TRACK" != 0 ] || { echo "git-track: @EVENT@ skipped, because GIT_TRACK=0" >&2; exit 0; }
  [ -x "$_bin" ] || _bin=$(command -v git-track) || { echo "git-track: @EVENT@ cannot run the program: install git-track (on the PATH)@SKIP@" >&2; exit @REFUSAL@; }
  [ @REFUSAL@ = 0 ] || exec "$_bin" hooks run @EVENT@ "$@"; "$_bin" hooks run @EVENT@ "$@"; exit 0; }
[ -x "$_old" ] && [ -f "$_old" ] || _ours "$@"
case @EVENT@ in pre-push | pre-receive | post-rewrite) _in=$(cat; echo .) ;; esac
printf %s "${_in%.}" | "$_old" "$@" || _code=$?
printf %s "${_in%.}" | (_ours "$@") || _code=$?; exit "$_code"
