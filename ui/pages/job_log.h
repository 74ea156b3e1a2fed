// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLineEdit;
class QPlainTextEdit;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// What a job's worker printed; a search leaves the lines that hold its words. It stays at the end while more comes.
class JobLog final : public QWidget {
    Q_OBJECT

public:
    explicit JobLog(QWidget* parent = nullptr);
    void setLog(const QString& log, bool cut);
    QLineEdit* search() const { return m_search; }
    QPlainTextEdit* text() const { return m_text; }

private:
    void refill();

    QString m_log;
    bool m_cut = false;
    QLineEdit* m_search;
    QPlainTextEdit* m_text;
    style::Label* m_note;
};

}
