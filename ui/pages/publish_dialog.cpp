// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/publish_dialog.h"

#include "ui/style/label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using style::Label;
using style::Tone;

PublishDialog::PublishDialog(QWidget* parent)
    : QDialog(parent),
      m_name(new QLineEdit),
      m_note(new QLineEdit),
      m_license(new QComboBox),
      m_at(new QComboBox),
      m_half(new QCheckBox(tr("keep as float16"))),
      m_state(new Label({}, Tone::Muted)),
      m_publish(new QPushButton(tr("Publish")))
{
    setObjectName(QStringLiteral("publishPage"));
    setWindowTitle(tr("Publish the model"));
    resize(460, 320);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    column->addWidget(new Label(tr("Into the hub on this machine"), Tone::Heading));
    m_name->setObjectName(QStringLiteral("modelName"));
    m_name->setToolTip(tr("What experiments call it in model.initialize_from: letters, digits, dashes and dots."));
    m_license->setEditable(true);
    m_license->addItems({QString(), QStringLiteral("CC0-1.0"), QStringLiteral("CC-BY-4.0"), QStringLiteral("MIT"),
                         QStringLiteral("Apache-2.0"), QStringLiteral("GPL-3.0-or-later")});
    m_license->setToolTip(tr("Under which licence others may use the weights; SPDX's short names are understood "
                             "everywhere."));
    m_note->setToolTip(tr("What others should know: what it is good for, and where it fails."));
    m_at->addItem(tr("last step"), QStringLiteral("last"));
    m_at->addItem(tr("best step"), QStringLiteral("best"));
    m_at->setToolTip(tr("Which weights: those of the end, or those with the best validation figure."));
    m_half->setToolTip(tr("Half the size, 3 digits a weight: enough to start from."));
    auto* form = new QFormLayout;
    form->setSpacing(8);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Licence"), m_license);
    form->addRow(tr("Note"), m_note);
    form->addRow(tr("Weights"), m_at);
    form->addRow(QString(), m_half);
    column->addLayout(form);
    m_state->setWordWrap(true);
    column->addWidget(m_state);
    column->addStretch(1);
    auto* foot = new QHBoxLayout;
    auto* close = new QPushButton(tr("Cancel"));
    close->setAutoDefault(false);
    m_publish->setObjectName(QStringLiteral("publish"));
    m_publish->setProperty("primary", true);
    m_publish->setDefault(true);
    foot->addStretch();
    foot->addWidget(close);
    foot->addWidget(m_publish);
    column->addLayout(foot);
    connect(close, &QPushButton::clicked, this, &QDialog::hide);
    connect(m_publish, &QPushButton::clicked, this, &PublishDialog::publish);
    connect(m_name, &QLineEdit::textChanged, this,
            [this](const QString& name) { m_publish->setEnabled(!name.trimmed().isEmpty()); });
    connect(&m_work, &bridge::Preview::slow, this, [this](bool slow) {
        if (slow)
            m_state->setText(tr("Reading the run…"));
    });
}

void PublishDialog::come(const std::filesystem::path& run)
{
    m_run = run;
    m_state->setTone(Tone::Muted);
    m_state->setText(tr("The card tells the data, the classes, the metrics and the size besides."));
    m_name->setText(QString::fromStdString(run.filename().string()));
    m_name->selectAll();
    show();
    raise();
    activateWindow();
    m_name->setFocus();
}

void PublishDialog::publish()
{
    core::session::PublishOptions options;
    options.name = m_name->text().trimmed().toStdString();
    options.license = m_license->currentText().trimmed().toStdString();
    options.note = m_note->text().trimmed().toStdString();
    options.at = m_at->currentData().toString().toStdString();
    options.half = m_half->isChecked();
    m_publish->setEnabled(false);
    m_work.ask([run = m_run, options] { return core::session::publishModel(run, options); },
               [this](core::base::Result<core::session::Card> card) {
                   m_publish->setEnabled(true);
                   if (!card) {
                       m_state->setTone(Tone::Problem);
                       m_state->setText(QStringLiteral("▲ ") +
                                        QString::fromStdString(core::base::describe(card.error())));
                       return;
                   }
                   hide();
                   Q_EMIT published(QString::fromStdString(card->name));
               });
}

}
