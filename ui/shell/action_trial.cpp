// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/action_trial.h"

#include "core/debug/action.h"
#include "ui/bridge/experiment_document.h"
#include "ui/bridge/worker.h"
#include "ui/style/label.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace ui::shell {

using style::Label;
using style::Tone;

ActionTrial::ActionTrial(bridge::ExperimentDocument& document, QString path, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_path(std::move(path)),
      m_button(new QPushButton(tr("Test"))),
      m_answer(new Label({}, Tone::Muted)),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 8, 0, 8);
    column->setSpacing(6);
    column->addWidget(m_button, 0, Qt::AlignLeft);
    column->addWidget(m_answer);
    m_answer->setWordWrap(true);
    m_answer->hide();
    m_button->setObjectName(QStringLiteral("testAction"));
    m_button->setToolTip(tr("Does it once, now, with an alert that says that it is a trial. No run is touched."));
    connect(m_button, &QPushButton::clicked, this, &ActionTrial::tryIt);
}

ActionTrial::~ActionTrial() = default;

QString ActionTrial::answer() const
{
    return m_answer->text();
}

void ActionTrial::tryIt()
{
    const core::base::Value* given = m_document.resolved().at(m_path.toStdString());
    if (!given || !given->isObject())
        return;
    core::base::Pick action{(*given)["action"].text(), core::base::Object{}};
    for (const auto& [key, value] : given->object())
        if (key != "action")
            action.params.object().set(key, value);
    m_button->setEnabled(false);
    m_answer->setTone(Tone::Muted);
    m_answer->setText(tr("Trying…"));
    m_answer->show();
    m_worker->run([this, action]() -> bridge::Worker::Answer {
        const auto made = core::debug::allActions().make(action);
        const bool stops = made && (*made)->stops();
        const core::base::Status tried = core::debug::tryAction(action);
        return [this, tried, stops] {
            m_button->setEnabled(true);
            m_answer->setTone(tried ? Tone::Muted : Tone::Problem);
            m_answer->setText(!tried
                                  ? QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(tried.error()))
                              : stops ? tr("It stops a run when its rule fires; there is nothing to try.")
                                      : tr("Done. If nothing has arrived, look at its settings."));
        };
    });
}

}
