// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/test_seal.h"

#include "core/session/inspect.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using style::Label;
using style::Tone;

QString costOfLooks(const core::store::RunSummary& run)
{
    for (const auto& [name, accuracy] : run.testMetrics) {
        if (name != "test/accuracy")
            continue;
        if (run.testOpenings < 2)
            return QObject::tr("A first look is an honest one. Choosing by further looks makes the test accuracy look "
                               "better than it is.");
        const double bought = core::session::optimismOf(accuracy, run.testRows, run.testOpenings);
        return QObject::tr("If the best of these %1 looks is kept, the test accuracy is too good by about %2.")
            .arg(run.testOpenings)
            .arg(style::percent(bought));
    }
    return {};
}

TestSeal::TestSeal(QWidget* parent)
    : QWidget(parent),
      m_cost(new Label({}, Tone::Muted)),
      m_question(new Label({})),
      m_open(new QPushButton(tr("Open the test split…"))),
      m_sure(new QPushButton(tr("Open it"))),
      m_keep(new QPushButton(tr("Leave it sealed")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_cost->setObjectName("testCost");
    m_open->setObjectName("openTest");
    m_sure->setObjectName("openTestSurely");
    m_keep->setObjectName("keepSealed");
    m_open->setToolTip(tr("Evaluates the last weights on the test rows, which nothing was chosen by. Every opening is "
                          "counted in the run."));
    for (Label* text : {m_cost, m_question})
        text->setWordWrap(true);
    for (QWidget* part : {static_cast<QWidget*>(m_cost), static_cast<QWidget*>(m_question),
                          static_cast<QWidget*>(m_sure), static_cast<QWidget*>(m_keep), static_cast<QWidget*>(m_open)})
        column->addWidget(part);
    connect(m_open, &QPushButton::clicked, this, [this] { ask(true); });
    connect(m_keep, &QPushButton::clicked, this, [this] { ask(false); });
    connect(m_sure, &QPushButton::clicked, this, [this] {
        ask(false);
        Q_EMIT openWanted();
    });
}

void TestSeal::setRun(const core::store::RunSummary* run)
{
    setVisible(run);
    m_openings = run ? run->testOpenings : 0;
    const QString cost = run ? costOfLooks(*run) : QString();
    m_cost->setText(cost);
    m_cost->setVisible(!cost.isEmpty());
    ask(false);
}

void TestSeal::ask(bool asking)
{
    m_question->setText(m_openings == 0 ? tr("The test split of this run is sealed. Open it once, when all is decided: "
                                             "opening cannot be undone.")
                                        : tr("It has been opened %1 before. Another look makes its number less honest.")
                                              .arg(m_openings == 1 ? tr("once") : tr("%1 times").arg(m_openings)));
    m_question->setVisible(asking);
    m_sure->setVisible(asking);
    m_keep->setVisible(asking);
    m_open->setVisible(!asking);
    if (asking)
        m_keep->setFocus();
}

void TestSeal::setBusy(bool busy)
{
    m_open->setEnabled(!busy);
    m_open->setText(busy ? tr("Opening…") : tr("Open the test split…"));
}

}
