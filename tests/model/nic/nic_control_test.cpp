#include "nic_platform.h"

namespace rootpool::models::test {
namespace {

class NicControl : public NicPlatform {
protected:
    void send_one(unsigned from, unsigned to, unsigned seed = 0) {
        a.queue_frame(from, make_frame(b.mac(to), a.mac(from), 200, seed), 512 * (seed % 32));
        a.ring_doorbell(from);
    }

    /// Sends VF 0's next frame; its descriptors are read fast, its data comes after `latency`, counted from here.
    void send_with_slow_data(const Bytes& frame, std::uint64_t offset, SimTime latency) {
        a.root.read_latency = 300ns;
        a.root.reads_from.clear();
        a.queue_frame(0, frame, offset);
        a.ring_doorbell(0);
        wait_for_reads(1);
        a.root.read_latency = latency;
        wait_for_reads(2);
        a.root.read_latency = 300ns;
    }
    void wait_for_reads(unsigned count) {
        const unsigned& reads = a.root.reads_from[Server::vf_id(0).routing_id()];
        for (unsigned i = 0; i < 2000 && reads < count; ++i) {
            run_for(10ns);
        }
        ASSERT_GE(reads, count);
    }
    void restart_vf_0() {
        a.root.config_write(Server::vf_id(0), 0xA8, 0x8000);
        a.start_vf(0);
        a.write(reg::VFRE(0), 0xF);
        a.write(reg::VFTE(0), 0xF);
        run_for(5us);
    }
    bool transactions_pending() { return (a.root.config_read(Server::vf_id(0), 0xA8) >> 16U & 0x20U) != 0; }
};

TEST_F(NicControl, ConfigurationRequestsReachTheFunctionsThatExist) {
    EXPECT_EQ(a.root.config_read(Server::pf, 0x00), 0x10FB'8086U);
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), 0x00), 0xFFFF'FFFFU) << "a VF has no vendor ID of its own";
    EXPECT_EQ(a.root.last_completion.status, pcie::CompletionStatus::successful);
    EXPECT_EQ(a.root.last_completion.completer.bus(), 1);
    EXPECT_NE(a.root.last_completion.completer, Server::vf_id(0)) << "erratum 36";
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), 0xA4), 0U) << "erratum 35";
    const std::uint64_t refused = a.device.counters().refused_requests;
    EXPECT_EQ(a.root.config_read(pcie::Bdf(1, 0, 1), 0x00), 0xFFFF'FFFFU);
    EXPECT_EQ(a.root.last_completion.status, pcie::CompletionStatus::unsupported_request);
    EXPECT_EQ(a.root.config_read(Server::vf_id(Server::vfs), 0x00), 0xFFFF'FFFFU) << "VF 4 of 4";
    EXPECT_EQ(a.root.last_completion.status, pcie::CompletionStatus::unsupported_request);
    EXPECT_EQ(a.device.counters().refused_requests, refused + 2);
}

TEST_F(NicControl, WithoutAriVfsAnswerToType1OnTheNextBus) {
    a.root.config_write(Server::pf, 0x168, 0x00);
    a.root.config_write(Server::pf, 0x168, 0x09);
    const pcie::Bdf on_next_bus(2, 0x10, 0);
    EXPECT_EQ(a.root.config_read(on_next_bus, 0x08, pcie::ConfigType::type_1), 0x0200'0001U);
    EXPECT_EQ(a.root.config_read(Server::pf, 0x00, pcie::ConfigType::type_1), 0xFFFF'FFFFU)
        << "Type 1 is not for the PF";
}

TEST_F(NicControl, MemoryOutsideTheBarsIsUnsupported) {
    EXPECT_EQ(a.root.read32(0xE000'0000), 0xFFFF'FFFFU);
    EXPECT_EQ(a.root.last_completion.status, pcie::CompletionStatus::unsupported_request);
    const std::uint64_t before = a.device.counters().refused_posted;
    a.root.write32(0xE000'0000, 1);
    a.root.write32(Server::vf_bar0 + Server::vfs * nic::vf_register_space_bytes, 1);
    run_for(1us);
    EXPECT_EQ(a.device.counters().refused_posted, before + 2);
    EXPECT_NE(a.root.config_read(Server::pf, 0xA8) >> 16U & 0x8U, 0U) << "Unsupported Request Detected";
}

TEST_F(NicControl, PoisonedAndPartialWritesChangeNothing) {
    a.write(reg::RAL(9), 0x1111'1111);
    const std::uint8_t data[4] = {0x22, 0x22, 0x22, 0x22};
    pcie::TlpHeader header = pcie::memory_write(pcie::Bdf(0), pcie::Tag(0), Server::bar0 + reg::RAL(9), 4);
    header.poisoned = true;
    a.root.send(tlps.make(header, core::ByteView(data)));
    header.poisoned = false;
    header.first_be = 0x3;
    a.root.send(tlps.make(header, core::ByteView(data)));
    EXPECT_EQ(a.read(reg::RAL(9)), 0x1111'1111U);
}

TEST_F(NicControl, SoftwareResetPutsTheAddressOfTheNvmBack) {
    const std::uint64_t mac = nic::mac_number(Nic82599Config{}.mac.data());
    ASSERT_NE(a.read(reg::RAL(0)), static_cast<std::uint32_t>(mac)) << "VF 0's";
    a.write(reg::CTRL, nic::CTRL_RST);
    EXPECT_EQ(a.read(reg::RAL(0)), static_cast<std::uint32_t>(mac));
    EXPECT_EQ(a.read(reg::RAH(0)), static_cast<std::uint32_t>(mac >> 32U) | nic::RAH_AV);
}

TEST_F(NicControl, LongReadsOfTheMsixTableAreAnsweredInPieces) {
    const pcie::TlpHeader header = pcie::memory_read(pcie::Bdf(0), pcie::Tag(7), Server::vf_bar3, 48);
    a.root.send(tlps.make(header));
    run_for(2us);
    EXPECT_EQ(a.root.last_completion.tag, pcie::Tag(7));
    EXPECT_EQ(a.root.last_completion.byte_count, 48);
}

TEST_F(NicControl, AMailboxMessageGoesThereAndBack) {
    static_cast<void>(a.read_vf(1, vf_reg::VFMAILBOX)); // RSTD of the bring-up
    a.write_vf(1, vf_reg::VTIVAR_MISC, nic::IVAR_VALID | 2U);
    a.write_vf(1, vf_reg::VFMAILBOX, nic::VFMAILBOX_VFU);
    ASSERT_EQ(a.read_vf(1, vf_reg::VFMAILBOX), nic::VFMAILBOX_VFU);
    a.write_vf(1, vf_reg::VFMBMEM(0), 0xABCD);
    a.write_vf(1, vf_reg::VFMAILBOX, nic::VFMAILBOX_REQ);
    EXPECT_EQ(a.read(reg::PFMBICR(0)), 1U << 1U);
    EXPECT_EQ(a.read(reg::PFMBMEM(1, 0)), 0xABCDU);
    a.write(reg::PFMBMEM(1, 0), 0x8000'0001U);
    a.write(reg::PFMAILBOX(1), nic::PFMAILBOX_STS | nic::PFMAILBOX_ACK);
    run_for(5us);
    EXPECT_EQ(a.read_vf(1, vf_reg::VFMAILBOX), nic::VFMAILBOX_PFSTS | nic::VFMAILBOX_PFACK);
    EXPECT_EQ(a.read_vf(1, vf_reg::VFMBMEM(0)), 0x8000'0001U);
    ASSERT_EQ(a.root.interrupts.size(), 1U);
    EXPECT_EQ(a.root.interrupts[0].requester, Server::vf_id(1));
    EXPECT_EQ(a.root.interrupts[0].data, Server::interrupt_data(1, 2));
}

TEST_F(NicControl, InterruptsOfAVectorKeepTheIntervalOfItsThrottle) {
    b.write_vf(0, vf_reg::VTEITR(0), 200 | nic::EITR_CNT_WDIS); // 50 us
    for (unsigned i = 0; i < 40; ++i) {
        send_one(0, 0, i);
        run_for(5us);
        static_cast<void>(b.take(0));
    }
    run_for(60us);
    ASSERT_GE(b.root.interrupts.size(), 4U);
    EXPECT_LE(b.root.interrupts.size(), 6U);
    for (std::size_t i = 1; i < b.root.interrupts.size(); ++i) {
        EXPECT_GE(b.root.interrupts[i].at - b.root.interrupts[i - 1].at, 49'900ns);
    }
}

TEST_F(NicControl, AMaskedVectorIsPendingUntilItIsUnmasked) {
    const std::uint64_t control = Server::vf_bar3 + nic::msix_space_bytes + 12;
    b.root.write32(control, 1);
    send_one(0, 1);
    run_for(20us);
    EXPECT_TRUE(b.root.interrupts.empty());
    EXPECT_EQ(b.root.read32(Server::vf_bar3 + nic::msix_space_bytes + nic::msix_pba_offset), 1U);
    b.root.write32(control, 0);
    run_for(5us);
    ASSERT_EQ(b.root.interrupts.size(), 1U);
    EXPECT_EQ(b.root.interrupts[0].data, Server::interrupt_data(1, 0));
}

TEST_F(NicControl, AnInterruptArrivesBehindTheDataThatItAnnounces) {
    send_one(0, 0);
    for (unsigned i = 0; i < 2000 && b.root.interrupts.empty(); ++i) {
        run_for(10ns);
    }
    ASSERT_EQ(b.root.interrupts.size(), 1U);
    EXPECT_TRUE(b.take(0).has_value());
}

TEST_F(NicControl, EveryCopyIsAnnouncedThoughMessagesPushOutDataOfOtherVfs) {
    std::array<unsigned, Server::vfs> announced{};
    const auto take_what_is_announced = [&](SimTime time) {
        for (SimTime passed = 0ns; passed < time; passed += 20ns) {
            run_for(20ns);
            for (const FakeRoot::Interrupt& interrupt : std::exchange(a.root.interrupts, {})) {
                const unsigned n = interrupt.data >> 8U;
                while (interrupt.data == Server::interrupt_data(n, 0) && a.take(n)) {
                    ++announced.at(n);
                }
            }
        }
    };
    constexpr nic::MacAddress broadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    constexpr unsigned frames = 12;
    constexpr unsigned rounds = 40;
    for (unsigned round = 0; round < rounds; ++round) {
        if (round == rounds / 2) {
            a.write_vf(0, vf_reg::VTEITR(0), 40 | nic::EITR_CNT_WDIS); // 10 us; the others stay without a throttle
        }
        for (unsigned i = 0; i < frames; ++i) {
            a.queue_frame(3, make_frame(broadcast, a.mac(3), 60 + (round * 37 + i * 11) % 200), 512 * i);
        }
        a.ring_doorbell(3);
        take_what_is_announced(40us);
        const unsigned sent = (round + 1) * frames;
        ASSERT_EQ(announced, (std::array{sent, sent, sent, 0U})) << "round " << round;
    }
}

TEST_F(NicControl, WithoutBusMasterAFunctionSendsNothing) {
    b.root.config_write(Server::vf_id(1), 0x04, 0);
    b.root.writes_from.clear();
    const std::uint64_t refused = b.device.counters().drops(DropCause::receive_dma_refused);
    send_one(0, 1);
    send_one(0, 0, 1);
    run_for(30us);
    EXPECT_EQ(b.root.writes_from.count(Server::vf_id(1).routing_id()), 0U);
    EXPECT_TRUE(b.take(0).has_value()) << "the other VF works";
    EXPECT_EQ(b.device.counters().drops(DropCause::receive_dma_refused), refused + 1);
}

TEST_F(NicControl, FunctionLevelResetInTheMiddleOfTrafficStopsThatVfOnly) {
    for (unsigned i = 0; i < 50; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1500, i), 1600 * i);
        a.queue_frame(1, make_frame(b.mac(1), a.mac(1), 1500, i), 1600 * i);
    }
    a.ring_doorbell(0);
    a.ring_doorbell(1);
    run_for(8us);
    a.root.config_write(Server::vf_id(0), 0xA8, 0x8000);
    run_for(1us);
    a.root.reads_from.clear();
    run_for(300us);
    EXPECT_EQ(a.root.reads_from.count(Server::vf_id(0).routing_id()), 0U);
    EXPECT_TRUE(a.tx_done(1, 49));
    EXPECT_EQ(a.device.frames_inside(), 0U);
    EXPECT_EQ(a.read(reg::VFLRE(0)), 1U);

    while (b.take(0)) {
    }
    a.start_vf(0);
    send_one(0, 0, 9);
    run_for(30us);
    EXPECT_FALSE(b.take(0)) << "the PF has not opened the pool again";
    a.write(reg::VFTE(0), 0xF);
    run_for(30us);
    const auto received = b.take(0);
    ASSERT_TRUE(received) << "works again after set-up";
    EXPECT_EQ(received->bytes, make_frame(b.mac(0), a.mac(0), 200, 9));
}

TEST_F(NicControl, DisablingVfsEndsTheirTraffic) {
    for (unsigned i = 0; i < 50; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1500, i), 1600 * i);
    }
    a.ring_doorbell(0);
    run_for(5us);
    a.root.config_write(Server::pf, 0x168, 0x10);
    run_for(1us);
    a.root.reads_from.clear();
    a.root.writes_from.clear();
    run_for(200us);
    EXPECT_TRUE(a.root.reads_from.empty());
    EXPECT_TRUE(a.root.writes_from.empty());
    EXPECT_EQ(a.device.frames_inside(), 0U);
}

TEST_F(NicControl, ReadsThatTheHostDoesNotAnswerTimeOut) {
    a.root.silent = true;
    const std::uint64_t before = a.device.counters().completion_timeouts;
    send_one(0, 0);
    run_for(21ms);
    EXPECT_EQ(a.device.counters().completion_timeouts, before + 1);
    a.root.silent = false;
    send_one(0, 0, 1);
    run_for(30us);
    EXPECT_TRUE(b.take(0).has_value()) << "the descriptor is fetched again";
}

TEST_F(NicControl, ACompletionForAReadBeforeAResetDoesNotFillALaterRead) {
    const std::uint64_t unexpected = a.device.counters().unexpected_completions;
    const Bytes frame = make_frame(b.mac(0), a.mac(0), 200, 2);
    send_with_slow_data(make_frame(b.mac(0), a.mac(0), 200, 1), 0, 60us);
    EXPECT_TRUE(transactions_pending());
    restart_vf_0();
    EXPECT_FALSE(transactions_pending());
    send_with_slow_data(frame, 1024, 100us);
    EXPECT_EQ(a.device.counters().unexpected_completions, unexpected);
    run_for(70us);
    EXPECT_EQ(a.device.counters().unexpected_completions, unexpected + 1);
    EXPECT_FALSE(b.take(0)) << "its own data is still on the way";
    run_for(60us);
    const auto received = b.take(0);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->bytes, frame);
}

TEST_F(NicControl, ACompletionAfterItsTimeOutDoesNotFillALaterRead) {
    const std::uint64_t unexpected = a.device.counters().unexpected_completions;
    const std::uint64_t timeouts = a.device.counters().completion_timeouts;
    const Bytes frame = make_frame(b.mac(0), a.mac(0), 200, 2);
    send_with_slow_data(make_frame(b.mac(0), a.mac(0), 200, 1), 0, 25ms);
    run_for(21ms);
    EXPECT_EQ(a.device.counters().completion_timeouts, timeouts + 1);
    send_with_slow_data(frame, 1024, 10ms);
    run_for(5ms);
    EXPECT_EQ(a.device.counters().unexpected_completions, unexpected + 1);
    EXPECT_FALSE(b.take(0));
    run_for(6ms);
    const auto received = b.take(0);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->bytes, frame);
}

TEST_F(NicControl, TagsOfReadsThatAreNeverAnsweredComeBackAfterACompletionTimeOut) {
    for (unsigned i = 0; i < 40; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1514, i), 1600 * i);
    }
    a.root.silent_from = Server::tx_buffer(0); // the descriptors come, the data does not
    a.ring_doorbell(0);
    run_for(20us);
    a.root.silent_from = UINT64_MAX;
    restart_vf_0();
    send_one(0, 0, 3);
    run_for(19ms);
    EXPECT_FALSE(b.take(0)) << "all tags are set aside";
    run_for(2ms);
    const auto received = b.take(0);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->bytes, make_frame(b.mac(0), a.mac(0), 200, 3));
}

TEST_F(NicControl, DataThatCannotBeReadDropsTheFrameAndReportsTheDescriptor) {
    const std::uint64_t before = a.device.counters().drops(DropCause::transmit_dma_failed);
    a.push(0, nic::TxDataDescriptor{.buffer = 0x4000'0000,
                                    .length = 700,
                                    .command = nic::tx_command::EOP | nic::tx_command::RS,
                                    .payload_length = 700});
    send_one(0, 0);
    run_for(30us);
    EXPECT_EQ(a.device.counters().drops(DropCause::transmit_dma_failed), before + 1);
    EXPECT_TRUE(a.tx_done(0, 0));
    EXPECT_TRUE(b.take(0).has_value()) << "the next frame leaves";
}

TEST_F(NicControl, AnEndlessPacketIsDiscardedAndTheQueueGoesOn) {
    const std::uint64_t before = a.device.counters().drops(DropCause::bad_descriptor);
    for (unsigned i = 0; i < 45; ++i) {
        a.push(0, nic::TxDataDescriptor{.buffer = Server::tx_buffer(0), .length = 100});
    }
    a.push(0, nic::TxDataDescriptor{.buffer = Server::tx_buffer(0), .length = 100, .command = nic::tx_command::EOP});
    send_one(0, 0);
    run_for(50us);
    EXPECT_EQ(a.device.counters().drops(DropCause::bad_descriptor), before + 1);
    EXPECT_TRUE(b.take(0).has_value());
}

TEST_F(NicControl, GarbageDescriptorsNeverStopTheDevice) {
    std::uint32_t random = 12345;
    for (unsigned round = 0; round < 50; ++round) {
        for (unsigned i = 0; i < Server::ring_length * 16; i += 4) {
            random = random * 1664525U + 1013904223U;
            // addresses within memory half of the time, valid types often
            const std::uint32_t value = i % 16 == 4   ? random >> 31U
                                        : i % 16 == 8 ? random | nic::tx_command::DEXT
                                                      : random;
            a.root.store(Server::tx_ring(0) + i, value);
        }
        a.write_vf(0, vf_reg::TX_QUEUE(0) + nic::queue::TDT, random % 80);
        run_for(100us);
    }
    a.start_tx(0);
    run_for(500us);
    while (b.take(0)) {
    }
    send_one(0, 0, 4);
    run_for(50us);
    EXPECT_TRUE(b.take(0).has_value());
    EXPECT_EQ(a.device.frames_inside(), 0U);
}

TEST_F(NicControl, LinkDownIsSeenByTheVfAndFramesAreCounted) {
    const std::uint64_t before = a.device.counters().drops(DropCause::no_link);
    EXPECT_NE(a.read_vf(0, vf_reg::VFLINKS) & nic::LINKS_UP, 0U);
    a.device.set_link(false);
    EXPECT_EQ(a.read_vf(0, vf_reg::VFLINKS) & nic::LINKS_UP, 0U);
    send_one(0, 0);
    run_for(20us);
    EXPECT_EQ(a.device.counters().drops(DropCause::no_link), before + 1);
    a.device.set_link(true);
}

TEST_F(NicControl, UnexpectedCompletionsAreCounted) {
    const std::uint64_t before = a.device.counters().unexpected_completions;
    pcie::TlpHeader request = pcie::memory_read(Server::vf_id(0), pcie::Tag(5), 0x1000, 4);
    a.root.send(tlps.make(pcie::completion(request, pcie::Bdf(0))));
    request.requester = pcie::Bdf(9, 9, 1);
    a.root.send(tlps.make(pcie::completion(request, pcie::Bdf(0))));
    run_for(1us);
    EXPECT_EQ(a.device.counters().unexpected_completions, before + 2);
}

} // namespace
} // namespace rootpool::models::test
