// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/job_log.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QVBoxLayout>

namespace ui::pages {

JobLog::JobLog(QWidget* parent)
    : QWidget(parent),
      m_search(new QLineEdit),
      m_text(new QPlainTextEdit),
      m_note(new style::Label({}, style::Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    m_search->setObjectName("jobSearch");
    m_search->setPlaceholderText(tr("Search the log"));
    m_search->setAccessibleName(tr("Only lines with these words"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(320);
    row->addWidget(m_search, 1);
    row->addStretch(1);
    row->addWidget(m_note);
    column->addLayout(row);
    m_text->setObjectName("jobLog");
    m_text->setAccessibleName(tr("Log"));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFrameShape(QFrame::NoFrame);
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(int(13 * style::theme().scale));
    m_text->setFont(font);
    column->addWidget(m_text, 1);
    connect(m_search, &QLineEdit::textChanged, this, &JobLog::refill);
}

void JobLog::setLog(const QString& log, bool cut)
{
    if (log == m_log && cut == m_cut)
        return;
    m_log = log;
    m_cut = cut;
    refill();
}

void JobLog::refill()
{
    QStringList lines = m_log.split(QLatin1Char('\n'));
    if (!lines.isEmpty() && lines.back().isEmpty())
        lines.removeLast();
    const qsizetype all = lines.size();
    const QString words = m_search->text();
    if (!words.isEmpty())
        lines = lines.filter(words, Qt::CaseInsensitive);
    m_note->setText(words.isEmpty() ? (m_cut ? tr("the end of a long log") : QString())
                                    : tr("%1 of %2 lines").arg(style::count(lines.size()), style::count(all)));
    QScrollBar* bar = m_text->verticalScrollBar();
    const bool end = bar->value() >= bar->maximum() - 1;
    const int before = bar->value();
    m_text->setPlainText(lines.isEmpty() ? (words.isEmpty() ? tr("Its worker has printed nothing yet.")
                                                            : tr("No line holds these words."))
                                         : lines.join(QLatin1Char('\n')));
    bar->setValue(end ? bar->maximum() : before);
}

}
