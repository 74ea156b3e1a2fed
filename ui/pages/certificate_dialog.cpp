// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/certificate_dialog.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "ui/bridge/worker.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>

namespace ui::pages {

using core::session::Certificate;
using style::Label;
using style::Tone;

CertificateDialog::CertificateDialog(QWidget* parent)
    : QDialog(parent),
      m_title(new Label({}, Tone::Heading)),
      m_what(new Label({})),
      m_notes(new Label({}, Tone::Muted)),
      m_facts(new QGridLayout),
      m_progress(new QProgressBar),
      m_save(new QPushButton(tr("Save as…"))),
      m_check(new QPushButton(tr("Check a file…"))),
      m_cancel(new QPushButton(tr("Cancel"))),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    setObjectName(QStringLiteral("certificatePage"));
    setWindowTitle(tr("Replay certificate"));
    resize(560, 440);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    m_what->setWordWrap(true);
    m_notes->setWordWrap(true);
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_facts->setHorizontalSpacing(24);
    m_facts->setVerticalSpacing(8);
    m_facts->setColumnStretch(2, 1);
    column->addWidget(m_title);
    column->addWidget(m_what);
    column->addWidget(m_progress);
    column->addLayout(m_facts);
    column->addWidget(m_notes);
    column->addStretch(1);
    auto* foot = new QHBoxLayout;
    auto* close = new QPushButton(tr("Close"));
    for (QPushButton* button : {m_save, m_check, m_cancel, close}) {
        button->setAutoDefault(false);
        if (button == close)
            foot->addStretch();
        foot->addWidget(button);
    }
    column->addLayout(foot);
    m_save->setToolTip(tr("A file that another person can check: `descent-cli replay FILE`, or Check a file… here.\n"
                          "It trains everything again from the first weights and compares."));
    connect(m_save, &QPushButton::clicked, this, &CertificateDialog::save);
    connect(m_check, &QPushButton::clicked, this, &CertificateDialog::choose);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_going)
            m_going->store(false);
    });
    connect(close, &QPushButton::clicked, this, &QDialog::hide);
    fill();
}

CertificateDialog::~CertificateDialog()
{
    if (m_going)
        m_going->store(false);
}

void CertificateDialog::come()
{
    show();
    raise();
    activateWindow();
}

void CertificateDialog::present(Certificate certificate)
{
    m_certificate = std::move(certificate);
    m_file.clear();
    fill();
    come();
}

void CertificateDialog::choose()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("Check a certificate"), {}, tr("Certificates (*.json)"));
    if (!file.isEmpty())
        check(file);
}

void CertificateDialog::check(const QString& file)
{
    if (m_going)
        m_going->store(false);
    m_going = std::make_shared<std::atomic<bool>>(true);
    m_certificate.reset();
    m_file = file;
    fill();
    come();
    const core::session::Going going = [this, on = m_going](std::int64_t done, std::int64_t all) {
        QMetaObject::invokeMethod(
            this,
            [this, on, done, all] {
                if (m_going == on) {
                    m_progress->setRange(0, int(std::min<std::int64_t>(all, 1 << 30)));
                    m_progress->setValue(int(std::min<std::int64_t>(done, 1 << 30)));
                }
            },
            Qt::QueuedConnection);
        return on->load();
    };
    m_worker->run([this, file, going, on = m_going]() -> bridge::Worker::Answer {
        auto checked = core::session::checkCertificate(file.toStdString(), "auto", going);
        return [this, on, checked = std::move(checked)] {
            if (m_going != on)
                return;
            m_going.reset();
            if (checked)
                m_certificate = *checked;
            fill();
            if (!checked) {
                m_title->setText(tr("Not checked"));
                m_what->setText(checked.error().kind == core::base::ErrorKind::Interrupted
                                    ? tr("Given up.")
                                    : QString::fromStdString(core::base::describe(checked.error())));
            }
        };
    });
}

void CertificateDialog::fill()
{
    m_progress->setVisible(bool(m_going));
    m_cancel->setVisible(bool(m_going));
    m_check->setVisible(!m_going);
    m_save->setVisible(m_certificate && m_file.isEmpty());
    m_title->setTone(m_certificate && !m_certificate->identical ? Tone::Problem : Tone::Heading);
    if (!m_certificate) {
        m_title->setText(m_going ? tr("Training again…") : tr("No certificate yet"));
        m_what->setText(m_file);
        m_notes->setText({});
        setFacts({});
        return;
    }
    const Certificate& shown = *m_certificate;
    m_title->setText(shown.identical ? tr("Identical through step %1").arg(style::count(shown.identicalThrough))
                     : shown.first   ? tr("Parts at step %1").arg(style::count(shown.first->step))
                                     : tr("Nothing could be compared"));
    QString what = tr("%1 was trained again from step %2 to step %3.")
                       .arg(QString::fromStdString(shown.run), style::count(shown.from), style::count(shown.to));
    if (shown.first)
        what += QLatin1Char(' ') +
                tr("First in %1: %2.")
                    .arg(shown.first->tensor.empty() ? tr("the weights") : QString::fromStdString(shown.first->tensor),
                         QString::fromStdString(shown.first->message));
    m_what->setText(what);
    const auto text = [](const std::string& said) {
        return said.empty() ? tr("not told") : QString::fromStdString(said);
    };
    setFacts({{QString(), m_file.isEmpty() ? tr("recorded") : tr("in the file"), tr("here")},
              {tr("torch"), text(shown.recorded.torch), text(shown.here.torch)},
              {tr("instructions"), text(shown.recorded.instructions), text(shown.here.instructions)},
              {tr("device"), text(shown.recorded.device), text(shown.here.device)},
              {tr("threads"), style::count(shown.recorded.threads), style::count(shown.here.threads)},
              {tr("steps compared"), style::count(shown.stepsChecked), QString()},
              {tr("checkpoints compared"), style::count(shown.keyframesChecked), QString()},
              {tr("weights at the end"), QString::fromStdString(shown.digest.substr(0, 16)), QString()}});
    QStringList notes;
    for (const std::string& note : shown.notes)
        notes << QStringLiteral("– ") + QString::fromStdString(note);
    m_notes->setText(notes.join(QLatin1Char('\n')));
}

void CertificateDialog::setFacts(const std::vector<std::array<QString, 3>>& rows)
{
    while (QLayoutItem* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (std::size_t row = 0; row < rows.size(); ++row)
        for (int column = 0; column < 3; ++column)
            m_facts->addWidget(
                new Label(rows[row][std::size_t(column)], column == 0 || row == 0 ? Tone::Muted : Tone::Body), int(row),
                column);
}

void CertificateDialog::save()
{
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save the certificate"),
        QString::fromStdString(m_certificate->run) + QStringLiteral(".certificate.json"), tr("Certificates (*.json)"));
    if (file.isEmpty())
        return;
    const auto written = core::base::writeFileAtomically(
        file.toStdString(), core::base::writeJson(core::session::toValue(*m_certificate), 2) + "\n");
    m_notes->setText(written ? tr("Saved as %1.").arg(file)
                             : QString::fromStdString(core::base::describe(written.error())));
}

}
