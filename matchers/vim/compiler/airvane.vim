" Vim compiler file
" Compiler: airvane (offline linter for the secrets-backend configuration of Apache Airflow)
"
" Put the folder `vim` on the runtime path (or copy this file to ~/.vim/compiler/), then:
"   :compiler airvane
"   :make            the working directory; or :make airflow.cfg .env
" Columns are characters; Vim counts bytes, so that it stands too far left behind letters beyond ASCII.

if exists("current_compiler")
  finish
endif
let current_compiler = "airvane"

let s:cpo_save = &cpo
set cpo&vim

CompilerSet makeprg=airvane\ check\ -q\ --format\ concise\ --color\ never
CompilerSet errorformat=%f:%l:%c:\ %trror[AV%n]\ %m,
		       \%f:%l:%c:\ %tarning[AV%n]\ %m,
		       \%f:%l:%c:\ %tnfo[AV%n]\ %m

let &cpo = s:cpo_save
unlet s:cpo_save
