// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/device_menu.h"

#include "ui/bridge/workbench.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCheckBox>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace ui::shell {

using core::base::Value;
using style::Label;
using style::Tone;

namespace {

constexpr int mostRanksHere = 64;

// What trains now, or would: of the experiment unless a run says so itself.
qint64 ranksIn(const Value& spec)
{
    const Value& distributed = spec["distributed"];
    return distributed["strategy"].text() == "none" ? 1 : distributed["world_size"].toInt(1);
}

}

DeviceMenu::DeviceMenu(bridge::Workbench& bench, const Value& machine, QWidget* parent)
    : QFrame(parent, Qt::Popup),
      m_bench(bench),
      m_ranks(new QSpinBox),
      m_told(new Label({}, Tone::Muted)),
      m_warning(new Label({}, Tone::Problem))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setProperty("card", true);
    const double s = style::theme().scale;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(8);
    column->addWidget(new Label(tr("Where the next run trains"), Tone::Strong));
    addDevice(new QRadioButton(tr("Automatic: a GPU where there is one")), QStringLiteral("auto"));
    m_cores = int(machine["threads"].toInt(1));
    for (const Value& device : machine["devices"].array()) {
        const QString name = QString::fromStdString(device["name"].text());
        const QString size = tr("%1 free").arg(style::bytes(quint64(device["free_bytes"].toInt())));
        if (name == QLatin1String("cpu"))
            addDevice(new QRadioButton(tr("Processor, %1 cores · %2").arg(m_cores).arg(size)), name);
        else
            addDevice(
                new QCheckBox(
                    QStringLiteral("%1, %2 · %3").arg(QString::fromStdString(device["model"].text()), name, size)),
                name);
    }
    auto* line = new QHBoxLayout;
    auto* title = new Label(tr("Ranks on the processor"));
    m_ranks->setObjectName("deviceRanks");
    m_ranks->setAccessibleName(title->text());
    m_ranks->setRange(1, mostRanksHere);
    m_ranks->setAlignment(Qt::AlignRight);
    m_ranks->setFixedWidth(int(72 * s));
    m_ranks->setToolTip(
        tr("Each rank learns from its share of every batch, as a thread of this program, and all average "
           "their gradients: PyTorch's DDP over Gloo. batch_size is that of one rank."));
    title->setToolTip(m_ranks->toolTip());
    line->addWidget(title);
    line->addStretch(1);
    line->addWidget(m_ranks);
    column->addSpacing(8);
    column->addLayout(line);
    for (Label* label : {m_told, m_warning}) {
        label->setWordWrap(true);
        label->setFixedWidth(int(300 * s));
        column->addWidget(label);
    }
    m_ranks->setValue(int(ranksIn(bench.document().resolved())));
    showChosen();
    tell();
    connect(m_ranks, &QSpinBox::valueChanged, this, &DeviceMenu::setRanks);
}

void DeviceMenu::addDevice(QAbstractButton* button, const QString& name)
{
    button->setObjectName("device-" + name);
    button->setAutoExclusive(false);
    static_cast<QVBoxLayout*>(layout())->addWidget(button);
    m_devices.push_back(button);
    if (!qobject_cast<QCheckBox*>(button)) {
        connect(button, &QAbstractButton::clicked, this, [this, name] { choose(name); });
        return;
    }
    m_gpus.push_back(button);
    connect(button, &QAbstractButton::clicked, this, &DeviceMenu::tickGpus);
}

// `cuda:0` and `cuda:1` of `cuda:0,1`.
QStringList DeviceMenu::gpusChosen() const
{
    QStringList names;
    const QString prefix = QStringLiteral("cuda:");
    if (m_bench.device().startsWith(prefix))
        for (const QString& number : m_bench.device().mid(prefix.size()).split(QLatin1Char(',')))
            names << prefix + number;
    return names;
}

void DeviceMenu::showChosen()
{
    const QStringList gpus = gpusChosen();
    for (QAbstractButton* button : m_devices) {
        const QString name = button->objectName().mid(int(qstrlen("device-")));
        button->setChecked(name == m_bench.device() || gpus.contains(name));
    }
}

void DeviceMenu::choose(const QString& device)
{
    const bool several = gpusChosen().size() > 1;
    m_bench.setDevice(device);
    // Ranks of GPUs go with the GPUs.
    if (several)
        m_bench.document().setAll({{QStringLiteral("distributed.strategy"), "none"},
                                   {QStringLiteral("distributed.world_size"), std::int64_t(1)},
                                   {QStringLiteral("distributed.backend"), "gloo"}},
                                  tr("Device: %1").arg(device));
    const QSignalBlocker quiet(m_ranks);
    m_ranks->setValue(int(ranksIn(m_bench.document().resolved())));
    showChosen();
    tell();
}

// One rank on each that is ticked; without any the choice is automatic.
void DeviceMenu::tickGpus()
{
    QStringList numbers;
    for (const QAbstractButton* button : m_gpus)
        if (button->isChecked())
            numbers << button->objectName().section(QLatin1Char(':'), 1);
    if (numbers.size() < 2 && ranksIn(m_bench.document().resolved()) > 1)
        m_bench.document().setAll({{QStringLiteral("distributed.strategy"), "none"},
                                   {QStringLiteral("distributed.world_size"), std::int64_t(1)},
                                   {QStringLiteral("distributed.backend"), "gloo"}},
                                  tr("One device"));
    if (numbers.size() > 1)
        m_bench.document().setAll({{QStringLiteral("distributed.strategy"), "ddp"},
                                   {QStringLiteral("distributed.world_size"), std::int64_t(numbers.size())},
                                   {QStringLiteral("distributed.backend"), "nccl"}},
                                  tr("Ranks on %1 GPUs").arg(numbers.size()));
    m_bench.setDevice(numbers.isEmpty() ? QStringLiteral("auto")
                                        : QStringLiteral("cuda:") + numbers.join(QLatin1Char(',')));
    const QSignalBlocker quiet(m_ranks);
    m_ranks->setValue(int(ranksIn(m_bench.document().resolved())));
    showChosen();
    tell();
}

void DeviceMenu::setRanks(int ranks)
{
    const Value& now = m_bench.document().resolved()["distributed"];
    const bool pipeline = now["strategy"].text() == "pipeline";
    std::vector<std::pair<QString, Value>> changes{{QStringLiteral("distributed.world_size"), std::int64_t(ranks)}};
    if (ranks == 1 || !pipeline)
        changes.emplace_back(QStringLiteral("distributed.strategy"), ranks > 1 ? "ddp" : "none");
    m_bench.document().setAll(changes, tr("Ranks: %1").arg(ranks));
    tell();
}

void DeviceMenu::tell()
{
    const int ranks = m_ranks->value();
    const bool gpu = m_bench.device().startsWith(QLatin1String("cuda"));
    m_ranks->setEnabled(!gpu);
    const std::int64_t batch = m_bench.document().resolved()["train"]["batch_size"].toInt(0);
    m_told->setText(gpu && ranks > 1 ? tr("Each GPU has a rank, which learns from its share of every batch.")
                    : gpu            ? tr("Tick several GPUs, and they train together, a rank on each.")
                    : ranks == 1     ? tr("One process trains.")
                    : batch > 0      ? tr("A step learns from %1 rows: %2 ranks of %3 each.")
                                      .arg(style::count(batch * ranks))
                                      .arg(ranks)
                                      .arg(style::count(batch))
                                : tr("%1 ranks share the training.").arg(ranks));
    m_warning->setText(
        tr("▲ The processor has %1 cores: more ranks than that wait for each other and gain no time.").arg(m_cores));
    m_warning->setVisible(!gpu && ranks > m_cores);
    adjustSize();
}

QString deviceText(bridge::Workbench& bench)
{
    const models::RunModel* run = bench.front();
    // A run knows what it was given; before the first one only the wish is known.
    const bool known = run && run->opened().totalSteps > 0;
    const qint64 ranks = ranksIn(known ? run->spec() : bench.document().resolved());
    const QString several = DeviceMenu::tr("%1 ranks").arg(ranks);
    if (!known) {
        if (ranks > 1)
            return bench.device() + QStringLiteral(" · ") + several;
        return bench.device() == QLatin1String("auto") ? DeviceMenu::tr("device: auto") : bench.device();
    }
    return QString::fromStdString(run->opened().device) + QStringLiteral(" · ") +
           (ranks > 1                    ? several
            : run->opened().threads == 1 ? DeviceMenu::tr("1 thread")
                                         : DeviceMenu::tr("%1 threads").arg(run->opened().threads));
}

}
