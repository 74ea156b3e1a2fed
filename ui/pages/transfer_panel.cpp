// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/transfer_panel.h"

#include "ui/bridge/workbench.h"
#include "ui/pages/start_from_dialog.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using core::session::Learning;
using style::Label;
using style::Tone;

TransferPanel::TransferPanel(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_dialog(new StartFromDialog(bench, this)),
      m_from(new Label({}, Tone::Muted)),
      m_learns(new Label({}, Tone::Muted)),
      m_freeze(new QComboBox),
      m_lora(new QCheckBox(tr("adapters (LoRA)"))),
      m_thaw(new QCheckBox(tr("thaw from the top")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* start = new QPushButton(tr("Start from…"));
    start->setObjectName(QStringLiteral("startFromButton"));
    start->setToolTip(tr("Weights that have learned already, from the model hub or a file, instead of random ones:\n"
                         "fewer rows are needed, and fewer steps."));
    m_freeze->setObjectName(QStringLiteral("freezeChoice"));
    m_freeze->setAccessibleName(tr("What is frozen"));
    m_freeze->addItems({tr("all layers learn"), tr("backbone frozen"), tr("chosen layers frozen")});
    m_freeze->setToolTip(tr("Frozen layers stay bit for bit as they are; frozen batch norm keeps its statistics.\n"
                            "Too little frozen: few rows are learned by heart. Too much: the new task cannot be "
                            "learned.\nSingle layers: click the lock on a block, or press F."));
    m_lora->setObjectName(QStringLiteral("loraChoice"));
    m_lora->setToolTip(tr("All weights stay; beside each a small change W + alpha / rank · B · A is learned, and the "
                          "head.\nRank and alpha stand in the form under lora."));
    m_thaw->setObjectName(QStringLiteral("thawChoice"));
    m_thaw->setToolTip(tr("Gradual unfreezing: after each epoch one more block below the head learns, at half the rate "
                          "of the one above it.\nEpochs and factor stand in the form of the Train page under "
                          "unfreeze."));
    m_from->setWordWrap(true);
    m_learns->setWordWrap(true);
    column->addWidget(new Label(tr("Weights"), Tone::Strong));
    column->addWidget(m_from);
    column->addWidget(start, 0, Qt::AlignLeft);
    column->addWidget(m_freeze);
    column->addWidget(m_thaw);
    column->addWidget(m_lora);
    column->addWidget(m_learns);
    connect(start, &QPushButton::clicked, m_dialog, &StartFromDialog::come);
    connect(m_freeze, &QComboBox::activated, this, [this](int choice) {
        if (choice < 2)
            freeze(choice == 0 ? "none" : "backbone",
                   choice == 0 ? tr("Let all layers learn") : tr("Freeze the backbone"));
        else
            show(m_preview);
    });
    connect(m_lora, &QCheckBox::clicked, this, [this](bool on) {
        change(QStringLiteral("model.lora"), on ? Value(Object{}) : Value{},
               on ? tr("Add adapters") : tr("No adapters"));
    });
    connect(m_thaw, &QCheckBox::clicked, this, [this](bool on) {
        change(QStringLiteral("train.unfreeze"), on ? Value(Object{{"rate_factor", 0.5}}) : Value{},
               on ? tr("Thaw from the top") : tr("Thaw nothing"));
    });
}

void TransferPanel::change(const QString& path, Value value, const QString& what)
{
    m_bench.document().setAll({{path, std::move(value)}}, what);
}

void TransferPanel::freeze(Value value, const QString& what)
{
    if (m_bench.training())
        m_bench.edit(QStringLiteral("model.freeze"), std::move(value));
    else
        change(QStringLiteral("model.freeze"), std::move(value), what);
}

void TransferPanel::show(const core::session::ModelPreview& preview)
{
    m_preview = preview;
    const Value model = m_bench.document().resolved()["model"];
    setVisible(!preview.estimator && !preview.layers.empty());
    const QString from = QString::fromStdString(model["initialize_from"].text());
    m_from->setText(from.isEmpty() ? tr("random, drawn by the seed")
                                   : tr("from %1").arg(from.section(QLatin1Char('/'), -1)));
    m_from->setToolTip(from);
    const bool lora = !model["lora"].isNull();
    const bool any = std::ranges::any_of(preview.learning, [](Learning l) { return l != Learning::Whole; });
    const Value& freeze = model["freeze"];
    const QSignalBlocker quietFreeze(m_freeze), quietLora(m_lora), quietThaw(m_thaw);
    m_freeze->setCurrentIndex(freeze.text() == "backbone" ? 1 : any && !lora ? 2 : 0);
    m_freeze->setEnabled(!lora);
    m_lora->setChecked(lora);
    m_lora->setEnabled(!m_bench.training());
    m_thaw->setChecked(!m_bench.document().resolved()["train"]["unfreeze"].isNull());
    m_thaw->setVisible(any && !lora);
    m_learns->setText(
        preview.trainable == preview.parameters || preview.parameters == 0
            ? QString()
            : tr("%1 of %2 parameters learn")
                  .arg(style::count(preview.trainable), style::count(preview.parameters + preview.adapters)));
}

void TransferPanel::toggle(int layer)
{
    if (layer < 0 || layer >= int(m_preview.layers.size()) || !m_bench.document().resolved()["model"]["lora"].isNull())
        return;
    Array names;
    std::int64_t frozen = 0, below = 0;
    for (std::size_t i = 0; i < m_preview.layers.size(); ++i) {
        const core::model::LayerInfo& info = m_preview.layers[i];
        if (info.tensors.empty())
            continue;
        const bool head = info.name == m_preview.head;
        below += !head;
        const bool was = m_preview.learning[i] == Learning::Frozen;
        if (was == (int(i) == layer))
            continue;
        frozen += !head;
        if (info.name.empty())
            for (const auto& tensor : info.tensors)
                names.push_back(tensor.name);
        else
            names.push_back(info.name);
    }
    const bool was = m_preview.learning[std::size_t(layer)] == Learning::Frozen;
    const QString name = QString::fromStdString(m_preview.layers[std::size_t(layer)].name);
    const bool backbone = frozen == below && std::int64_t(names.size()) == frozen && frozen > 0;
    freeze(names.empty() ? Value("none")
           : backbone    ? Value("backbone")
                         : Value(std::move(names)),
           was ? tr("Let %1 learn").arg(name) : tr("Freeze %1").arg(name));
}

}
