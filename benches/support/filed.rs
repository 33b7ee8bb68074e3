//! Declarations of `rules/` as a program of its own would type them: one struct for each record of
//! the schema, texts borrowed, every field perhaps left out.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// An amount, a rate or another number with decimals: in quotes as it is written, else as JSON has
/// it. A program that reckons with money would pay for exact decimals besides.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "what is read is not used")]
pub enum Amount<'a> {
    Text(&'a str),
    Whole(i64),
    Decimal(f64),
}

impl<'de: 'a, 'a> Deserialize<'de> for Amount<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Amount<'a>, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Amount<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a number, in quotes or not")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Amount<'de>, E> {
                Ok(Amount::Text(text))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Amount<'de>, E> {
                Ok(Amount::Whole(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Amount<'de>, E> {
                i64::try_from(number).map(Amount::Whole).map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Amount<'de>, E> {
                Ok(Amount::Decimal(number))
            }
        }
        from.deserialize_any(Written)
    }
}

/// Makes a struct of each record.
macro_rules! records {
    ($($name:ident { $($(#[$borrow:meta])? $field:ident: $typ:ty,)* })*) => {
        $(
            #[derive(Deserialize, Serialize)]
            #[serde(deny_unknown_fields)]
            #[allow(dead_code, reason = "what is read is not used")]
            pub struct $name<'a> {
                $(
                    $(#[$borrow])?
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    $field: $typ,
                )*
                #[serde(skip)]
                of: std::marker::PhantomData<&'a ()>,
            }
        )*
    };
}

records! {
    Filed {
        id: Option<&'a str>,
        business: Option<&'a str>,
        zone_id: Option<&'a str>,
        line: Option<&'a str>,
        direction: Option<&'a str>,
        date: Option<&'a str>,
        #[serde(borrow)]
        documents: Option<Vec<&'a str>>,
        #[serde(borrow)]
        licence_docs: Option<Vec<&'a str>>,
        #[serde(borrow)]
        head: Option<Head<'a>>,
        #[serde(borrow)]
        product_papers: Option<Vec<&'a str>>,
        #[serde(borrow)]
        order: Option<Order<'a>>,
        #[serde(borrow)]
        order_lines: Option<Vec<OrderLine<'a>>>,
        #[serde(borrow)]
        payment: Option<Payment<'a>>,
        #[serde(borrow)]
        waybill: Option<Waybill<'a>>,
        #[serde(borrow)]
        parties: Option<Vec<Party<'a>>>,
        #[serde(borrow)]
        items: Option<Vec<Item<'a>>>,
        #[serde(borrow)]
        context: Option<Context<'a>>,
        #[serde(borrow)]
        ledger_lines: Option<Vec<LedgerLine<'a>>>,
        #[serde(borrow)]
        serial_moves: Option<Vec<SerialMove<'a>>>,
        #[serde(borrow)]
        repair_parts: Option<Vec<RepairPart<'a>>>,
        #[serde(borrow)]
        out_bills: Option<Vec<OutBill<'a>>>,
        #[serde(borrow)]
        back_bills: Option<Vec<BackBill<'a>>>,
        #[serde(borrow)]
        gate_lines: Option<Vec<GateLine<'a>>>,
        #[serde(borrow)]
        bound_docs: Option<Vec<BoundDoc<'a>>>,
        #[serde(borrow)]
        batch_lines: Option<Vec<BatchLine<'a>>>,
        #[serde(borrow)]
        deliveries: Option<Vec<Delivery<'a>>>,
        #[serde(borrow)]
        collected_bills: Option<Vec<CollectedBill<'a>>>,
        #[serde(borrow)]
        form_lines: Option<Vec<FormLine<'a>>>,
        #[serde(borrow)]
        sales: Option<Vec<Sale<'a>>>,
        #[serde(borrow)]
        form_places: Option<Vec<FormPlace<'a>>>,
        #[serde(borrow)]
        counter_lines: Option<Vec<CounterLine<'a>>>,
    }
    Head {
        supervision_mode: Option<&'a str>,
        original_mode: Option<&'a str>,
        doc_subtype: Option<&'a str>,
        declaration_step: Option<&'a str>,
        record_list_type: Option<&'a str>,
        transport_mode: Option<&'a str>,
        ie_flag: Option<&'a str>,
        port_customs: Option<&'a str>,
        declare_customs: Option<&'a str>,
        transport_entry_on: Option<&'a str>,
        #[serde(borrow)]
        loading_lead: Option<Amount<'a>>,
        arrived_at_port: Option<bool>,
        ship_country: Option<&'a str>,
        country: Option<&'a str>,
        ledger_no: Option<&'a str>,
        note_list_type: Option<&'a str>,
        related_note_list: Option<&'a str>,
        related_ledger_no: Option<&'a str>,
        declare_link: Option<&'a str>,
        related_party: Option<&'a str>,
        corresponding_agent: Option<&'a str>,
        transfer_type: Option<&'a str>,
        declaration_released: Option<bool>,
        writeoff_state: Option<&'a str>,
        duty_choice: Option<&'a str>,
        seal_no: Option<&'a str>,
        platform_form_type: Option<&'a str>,
        consignee_uscc: Option<&'a str>,
        declarant: Option<&'a str>,
        entered_zone_on: Option<&'a str>,
        duty_basis: Option<&'a str>,
        business_type: Option<&'a str>,
        direction_type: Option<&'a str>,
        form_no: Option<&'a str>,
        exhibition_place: Option<&'a str>,
        deposit_no: Option<&'a str>,
        valid_until: Option<&'a str>,
        form_filing: Option<&'a str>,
        exhibition_district: Option<&'a str>,
        stock_bill_no: Option<&'a str>,
        relief_claim: Option<&'a str>,
        ems_no: Option<&'a str>,
        area_code: Option<&'a str>,
        assure_code: Option<&'a str>,
        buyer_id_verified: Option<bool>,
        order_no: Option<&'a str>,
        waybill_no: Option<&'a str>,
        buyer_id: Option<&'a str>,
        consignee_address: Option<&'a str>,
        package_count: Option<i64>,
        wrap_type: Option<&'a str>,
        handover: Option<&'a str>,
        gate_pass_type: Option<&'a str>,
        gate_pass_state: Option<&'a str>,
        vehicle_no: Option<&'a str>,
        plate_read: Option<&'a str>,
        vehicle_kind: Option<&'a str>,
        gate_lane: Option<&'a str>,
        lane_direction: Option<&'a str>,
        lane_consent: Option<bool>,
        gate_check: Option<&'a str>,
        #[serde(borrow)]
        total_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        vehicle_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        frame_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        container_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        goods_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        weight_error: Option<Amount<'a>>,
    }
    Order {
        order_no: Option<&'a str>,
        buyer_id: Option<&'a str>,
        #[serde(borrow)]
        freight: Option<Amount<'a>>,
        #[serde(borrow)]
        discount: Option<Amount<'a>>,
        #[serde(borrow)]
        tax_total: Option<Amount<'a>>,
    }
    OrderLine {
        item_no: Option<&'a str>,
        #[serde(borrow)]
        qty: Option<Amount<'a>>,
        unit: Option<&'a str>,
        #[serde(borrow)]
        total: Option<Amount<'a>>,
    }
    Payment {
        order_no: Option<&'a str>,
        payer_id: Option<&'a str>,
        #[serde(borrow)]
        amount: Option<Amount<'a>>,
    }
    Waybill {
        waybill_no: Option<&'a str>,
        order_no: Option<&'a str>,
        consignee_address: Option<&'a str>,
        packages: Option<i64>,
    }
    Party {
        role: Option<&'a str>,
        code: Option<&'a str>,
        register_no: Option<&'a str>,
        courier_permit: Option<&'a str>,
        carrier: Option<&'a str>,
    }
    Item {
        line_no: Option<i64>,
        hs_code: Option<&'a str>,
        name: Option<&'a str>,
        gate_class: Option<&'a str>,
        #[serde(borrow)]
        qty: Option<Amount<'a>>,
        unit: Option<&'a str>,
        #[serde(borrow)]
        net_weight: Option<Amount<'a>>,
        #[serde(borrow)]
        price: Option<Amount<'a>>,
        #[serde(borrow)]
        total: Option<Amount<'a>>,
        currency: Option<&'a str>,
        duty_mode: Option<&'a str>,
        #[serde(borrow)]
        vat_rate: Option<Amount<'a>>,
        #[serde(borrow)]
        duty_rate: Option<Amount<'a>>,
        #[serde(borrow)]
        consumption_rate: Option<Amount<'a>>,
        origin_country: Option<&'a str>,
        #[serde(borrow)]
        product_papers: Option<Vec<&'a str>>,
        ledger_seq: Option<i64>,
        form_seq: Option<i64>,
        rate_kind: Option<&'a str>,
        agreement_origin: Option<&'a str>,
        material_origin: Option<&'a str>,
        serial: Option<&'a str>,
        #[serde(borrow)]
        licence_codes: Option<Vec<&'a str>>,
        prohibited: Option<bool>,
        permitted: Option<bool>,
        hazard: Option<bool>,
        hazard_marked: Option<bool>,
        quarantine: Option<bool>,
        entry_inspection: Option<bool>,
        border_licence: Option<bool>,
        inspected: Option<bool>,
        supervision_until: Option<&'a str>,
        made_in_zone: Option<bool>,
        key_commodity: Option<bool>,
        commodity_mark: Option<&'a str>,
        source_mark: Option<&'a str>,
        #[serde(borrow)]
        trade_measures: Option<Vec<&'a str>>,
        exclusion_until: Option<&'a str>,
        contract_on: Option<&'a str>,
        exclusion_no: Option<&'a str>,
        part_kind: Option<&'a str>,
        origin_of_repair: Option<&'a str>,
        own_made: Option<bool>,
        sold_in: Option<&'a str>,
        #[serde(borrow)]
        repair_fee: Option<Amount<'a>>,
        rd_kind: Option<&'a str>,
        hazardous_waste: Option<bool>,
        consumption_version: Option<&'a str>,
        on_positive_list: Option<bool>,
        #[serde(borrow)]
        year_weight_before: Option<Amount<'a>>,
        food: Option<bool>,
        original_state: Option<bool>,
        best_before: Option<&'a str>,
        item_no: Option<&'a str>,
        sell_by: Option<&'a str>,
        infringing: Option<bool>,
        resalable: Option<bool>,
        item_ids: Option<bool>,
        sold: Option<bool>,
        medical_device: Option<bool>,
        device_registered: Option<bool>,
        out_under: Option<&'a str>,
        relic: Option<bool>,
    }
    Context {
        credit_level: Option<&'a str>,
        #[serde(borrow)]
        inspection_rate: Option<Amount<'a>>,
        #[serde(borrow)]
        average_rate: Option<Amount<'a>>,
        home_customs: Option<&'a str>,
        port_check: Option<bool>,
        repair_approved: Option<bool>,
        rectification: Option<bool>,
        traceability_since: Option<&'a str>,
        pollution_plan_since: Option<&'a str>,
        reexport_impossible: Option<bool>,
        ledger_usage: Option<&'a str>,
        ledger_valid_until: Option<&'a str>,
        dedicated_ledger: Option<bool>,
        ledger_settles_on: Option<&'a str>,
        general_vat_payer: Option<bool>,
        duty_free_until: Option<&'a str>,
        outside_consigned: Option<bool>,
        stored_since: Option<&'a str>,
        in_repair_catalogue: Option<bool>,
        solid_waste: Option<bool>,
        rd_approved: Option<bool>,
        rd_site: Option<bool>,
        settled_on: Option<&'a str>,
        settlement_cycle_months: Option<i64>,
        long_cycle_approved: Option<bool>,
        prohibited_processing_list: Option<bool>,
        dual_use_listed: Option<bool>,
        export_licence_checked: Option<bool>,
        counter_ledger_no: Option<&'a str>,
        counter_related_no: Option<&'a str>,
        transfer_opened_on: Option<&'a str>,
        #[serde(borrow)]
        year_total_before: Option<Amount<'a>>,
        #[serde(borrow)]
        order_total: Option<Amount<'a>>,
        three_docs_match: Option<bool>,
        resale: Option<bool>,
        #[serde(borrow)]
        ledger_balance: Option<Amount<'a>>,
        #[serde(borrow)]
        guarantee_free: Option<Amount<'a>>,
        export_date: Option<&'a str>,
        exported_under: Option<&'a str>,
        zone_exit_date: Option<&'a str>,
        tax_office_certificate: Option<bool>,
        released_on: Option<&'a str>,
        return_applied_on: Option<&'a str>,
        return_centre: Option<bool>,
        return_centre_ready: Option<bool>,
        overseas_warehouse: Option<bool>,
        #[serde(borrow)]
        tax_at_risk: Option<Amount<'a>>,
        tax_notice_on: Option<&'a str>,
        #[serde(borrow)]
        tax_notice_amount: Option<Amount<'a>>,
        tax_paid_on: Option<&'a str>,
        abnormality_explained: Option<bool>,
        statistics_listed: Option<bool>,
        #[serde(borrow)]
        deposit_free: Option<Amount<'a>>,
        #[serde(borrow)]
        out_already: Option<Amount<'a>>,
        form_state: Option<&'a str>,
        exit_date: Option<&'a str>,
        extensions: Option<i64>,
        rebate_wanted: Option<bool>,
        export_duty: Option<bool>,
        ledger_kind: Option<&'a str>,
        cancelled_on: Option<&'a str>,
        orders_same_address: Option<i64>,
        order_alert_level: Option<i64>,
        original_zone: Option<&'a str>,
        release_customs: Option<&'a str>,
        removed_on: Option<&'a str>,
        return_reason: Option<&'a str>,
        export_customs: Option<&'a str>,
        site_9610: Option<bool>,
        #[serde(borrow)]
        export_duty_paid: Option<Amount<'a>>,
        warehouse_filing: Option<&'a str>,
        inspection_ordered: Option<bool>,
        extended_until: Option<&'a str>,
    }
    LedgerLine {
        seq: Option<i64>,
        unit: Option<&'a str>,
        #[serde(borrow)]
        balance: Option<Amount<'a>>,
    }
    SerialMove {
        serial: Option<&'a str>,
        direction: Option<&'a str>,
        pieces: Option<i64>,
    }
    RepairPart {
        line_no: Option<i64>,
        hs_code: Option<&'a str>,
        #[serde(borrow)]
        value: Option<Amount<'a>>,
        bonded: Option<bool>,
    }
    OutBill {
        bill_no: Option<&'a str>,
        form_line: Option<i64>,
        pieces: Option<i64>,
    }
    BackBill {
        bill_no: Option<&'a str>,
        out_bill_no: Option<&'a str>,
        form_line: Option<i64>,
        pieces: Option<i64>,
    }
    GateLine {
        line_no: Option<i64>,
        #[serde(borrow)]
        qty: Option<Amount<'a>>,
        passed: Option<bool>,
    }
    BoundDoc {
        doc_no: Option<&'a str>,
        released: Option<bool>,
    }
    BatchLine {
        seq: Option<i64>,
        #[serde(borrow)]
        allowed: Option<Amount<'a>>,
        #[serde(borrow)]
        delivered: Option<Amount<'a>>,
    }
    Delivery {
        bill_no: Option<&'a str>,
        delivered_on: Option<&'a str>,
        collect_state: Option<&'a str>,
    }
    CollectedBill {
        bill_no: Option<&'a str>,
    }
    FormLine {
        seq: Option<i64>,
        hs_code: Option<&'a str>,
        pieces: Option<i64>,
        #[serde(borrow)]
        unit_price: Option<Amount<'a>>,
        #[serde(borrow)]
        duty_rate: Option<Amount<'a>>,
        #[serde(borrow)]
        vat_rate: Option<Amount<'a>>,
        #[serde(borrow)]
        consumption_rate: Option<Amount<'a>>,
    }
    Sale {
        form_line: Option<i64>,
        pieces: Option<i64>,
        sold_on: Option<&'a str>,
        declared_on: Option<&'a str>,
        paid_on: Option<&'a str>,
    }
    FormPlace {
        place: Option<&'a str>,
        district: Option<&'a str>,
    }
    CounterLine {
        line_no: Option<i64>,
        hs_code: Option<&'a str>,
        unit: Option<&'a str>,
        #[serde(borrow)]
        qty: Option<Amount<'a>>,
    }
}
