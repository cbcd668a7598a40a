;;; airvane.el --- Findings of airvane in compilation buffers -*- lexical-binding: t -*-

;;; Commentary:

;; airvane is an offline linter for the secrets-backend configuration of Apache Airflow.
;; Put this file on the load path, then:
;;   (require 'airvane)
;; M-x airvane checks a folder; M-x compile with "airvane check --format concise ." is understood too.

;;; Code:

(require 'compile)

(add-to-list 'compilation-error-regexp-alist-alist
             '(airvane
               "^\\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(info\\)\\)\\[AV[0-9]+\\] "
               1 2 3 (4 . 5)))
(add-to-list 'compilation-error-regexp-alist 'airvane)

(define-compilation-mode airvane-mode "airvane"
  "Compilation mode for the findings of airvane."
  (setq-local compilation-error-regexp-alist '(airvane))
  ;; Columns are characters: a tab is one.
  (setq-local compilation-error-screen-columns nil))

;;;###autoload
(defun airvane (folder)
  "Check FOLDER with airvane."
  (interactive "DFolder: ")
  (let ((default-directory (file-name-as-directory (expand-file-name folder))))
    (compilation-start "airvane check -v --format concise --color never ." 'airvane-mode)))

(provide 'airvane)
;;; airvane.el ends here
