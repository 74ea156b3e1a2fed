// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/report_export.h"

#include "ui/bridge/report_desk.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QBoxLayout>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QPushButton>
#include <QUrl>

namespace ui::pages {

using style::Label;
using style::Tone;

ReportExport::ReportExport(Place place, QWidget* parent)
    : QWidget(parent),
      m_desk(new bridge::ReportDesk(this)),
      m_export(new QPushButton(tr("Export report…"))),
      m_open(new QPushButton(tr("Open it"))),
      m_text(new Label({}, Tone::Muted))
{
    auto* box = new QBoxLayout(place == Place::Head ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom, this);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(8);
    m_export->setObjectName(QStringLiteral("exportReport"));
    m_export->setToolTip(tr("All of this run in one file: figures, curves, findings, evaluation, data, settings, and "
                            "whether it can be done again. A page (.html) or a PDF."));
    m_open->setObjectName(QStringLiteral("openReport"));
    m_text->setObjectName(QStringLiteral("reportText"));
    if (place == Place::Head) {
        m_export->setProperty("flat", true);
        m_open->setProperty("flat", true);
        m_text->setElided(Qt::ElideMiddle);
        m_text->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        box->addStretch(0); // the button stands at the edge, with and without words before it
        box->addWidget(m_text, 1);
        box->addWidget(m_open);
        box->addWidget(m_export);
    } else {
        m_text->setWordWrap(true);
        box->addWidget(m_text);
        box->addWidget(m_open);
        box->addWidget(m_export);
    }
    connect(m_export, &QPushButton::clicked, this, [this] { busy() ? m_desk->giveUp() : ask(); });
    connect(m_open, &QPushButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_file)); });
    connect(m_desk, &bridge::ReportDesk::progressed, this, [this](double share) {
        say(share < 0 ? tr("Writing the report…")
                      : tr("Writing the report: %1 of the rows").arg(style::percent(share, 2)),
            false);
    });
    connect(m_desk, &bridge::ReportDesk::written, this, [this](const QString& file) {
        m_file = file;
        say(tr("Written: %1").arg(QFileInfo(file).fileName()), false);
        Q_EMIT ended(true);
    });
    connect(m_desk, &bridge::ReportDesk::failed, this, [this](const core::base::Error& error) {
        say(error.kind == core::base::ErrorKind::Interrupted ? tr("Given up.")
                                                             : QString::fromStdString(core::base::describe(error)),
            error.kind != core::base::ErrorKind::Interrupted);
        Q_EMIT ended(false);
    });
    setRun({});
}

ReportExport::~ReportExport() = default;

bool ReportExport::busy() const
{
    return m_desk->busy();
}

void ReportExport::setRun(const QString& folder)
{
    m_export->setEnabled(!folder.isEmpty());
    if (folder == m_folder && !folder.isEmpty())
        return;
    m_folder = folder;
    m_file.clear();
    if (busy())
        m_desk->giveUp();
    say({}, false);
}

void ReportExport::ask()
{
    auto* dialog = new QFileDialog(this, tr("Export the report"), QString(), tr("Page (*.html);;PDF (*.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("html"));
    dialog->selectFile(QFileInfo(m_folder).fileName() + QStringLiteral(".html"));
    // The ending follows the form, and the name stays.
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, folder = m_folder](const QString& filter) {
        const QString ending = filter.contains(QLatin1String("pdf")) ? QStringLiteral("pdf") : QStringLiteral("html");
        const QStringList chosen = dialog->selectedFiles();
        const QString name =
            chosen.isEmpty() ? QFileInfo(folder).fileName() : QFileInfo(chosen.front()).completeBaseName();
        dialog->setDefaultSuffix(ending);
        dialog->selectFile(name + QLatin1Char('.') + ending);
    });
    connect(dialog, &QFileDialog::fileSelected, this, &ReportExport::exportTo);
    dialog->open();
}

void ReportExport::exportTo(const QString& file)
{
    if (!m_folder.isEmpty())
        m_desk->write(m_folder, file);
}

void ReportExport::say(const QString& text, bool problem)
{
    m_text->setTone(problem ? Tone::Problem : Tone::Muted);
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    m_open->setVisible(!m_file.isEmpty() && !busy());
    m_export->setText(busy() ? tr("Give up") : tr("Export report…"));
}

}
